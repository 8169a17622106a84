import type { BaseConfig } from '../config.ts';
import type { Metric } from './metric.ts';
import { noTracing, type Tracing } from './tracing.ts';

export interface Telemetry {
  readonly tracing: Tracing;
  /** Exports what `collect` gives, at each interval and once more at the end. Nothing without a collector. */
  exportMetrics(collect: () => readonly Metric[]): void;
  /** Sends what is left, within two seconds. Never rejects: telemetry is not worth a failed shutdown. */
  stop(): Promise<void>;
}

const off: Telemetry = { tracing: noTracing, exportMetrics() {}, async stop() {} };

/** Telemetry as configured. Without an endpoint the OpenTelemetry SDK is not even loaded. */
export async function startTelemetry(
  service: string,
  config: Pick<BaseConfig, 'telemetry' | 'instance'>,
): Promise<Telemetry> {
  if (config.telemetry == null) return off;
  const { startOpenTelemetry } = await import('./open-telemetry.ts');
  return startOpenTelemetry(service, config.instance, config.telemetry);
}
