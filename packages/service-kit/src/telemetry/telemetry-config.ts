import { z } from 'zod';

/** The variables of telemetry: OpenTelemetry's own names, and a file for what is secret. */
export const telemetryVariables = {
  OTEL_EXPORTER_OTLP_ENDPOINT: z.url({ protocol: /^https?$/ }).optional(),
  OTEL_TRACES_SAMPLER: z
    .enum([
      'always_on',
      'always_off',
      'traceidratio',
      'parentbased_always_on',
      'parentbased_always_off',
      'parentbased_traceidratio',
    ])
    .default('parentbased_always_on'),
  OTEL_TRACES_SAMPLER_ARG: z.coerce.number().min(0).max(1).default(1),
  OTEL_METRIC_EXPORT_INTERVAL: z.coerce.number().int().min(100).max(3_600_000).default(60_000),
  OTEL_BSP_SCHEDULE_DELAY: z.coerce.number().int().min(10).max(60_000).default(5_000),
};

export interface TelemetryConfig {
  /** Where OTLP/HTTP is taken; `/v1/traces` and `/v1/metrics` are added. */
  readonly endpoint: string;
  /** Secret. */
  readonly headers: Readonly<Record<string, string>>;
  readonly sampler: z.output<typeof telemetryVariables.OTEL_TRACES_SAMPLER>;
  /** 0 to 1, for the ratio samplers. */
  readonly samplerRatio: number;
  readonly metricIntervalMs: number;
  readonly spanDelayMs: number;
}

/** `name=value` pairs, separated by commas or lines, values percent-encoded where they hold such. */
export function parseHeaders(text: string): Record<string, string> {
  return Object.fromEntries(
    text
      .split(/[,\n]/)
      .map((pair) => pair.trim())
      .filter((pair) => pair.includes('='))
      .map((pair) => [pair.slice(0, pair.indexOf('=')).trim(), decode(pair.slice(pair.indexOf('=') + 1).trim())]),
  );
}

function decode(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
