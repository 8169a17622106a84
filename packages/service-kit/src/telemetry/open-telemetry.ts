import {
  type Span as ApiSpan,
  SpanKind as ApiSpanKind,
  ROOT_CONTEXT,
  type SpanContext,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { metricsProducer } from './metric-data.ts';
import { samplerOf } from './sampler.ts';
import type { Telemetry } from './start-telemetry.ts';
import type { TelemetryConfig } from './telemetry-config.ts';
import type { Span, SpanAttributes, SpanKind } from './tracing.ts';

/** Longest time the last export may take, in milliseconds. */
const flushMs = 2_000;
/** Longest time any export may take. Spans that do not fit into the queue meanwhile are dropped, never waited for. */
const exportMs = 5_000;

const kinds = { server: ApiSpanKind.SERVER, client: ApiSpanKind.CLIENT, internal: ApiSpanKind.INTERNAL } as const;

/** Spans and metrics over OTLP/HTTP as JSON. Nothing global: several services may share a process. */
export function startOpenTelemetry(service: string, instance: string, config: TelemetryConfig): Telemetry {
  const resource = resourceFromAttributes({
    'service.name': `patchbay-${service}`,
    'service.namespace': 'patchbay',
    'service.instance.id': instance,
  });
  const target = (path: string) => ({
    url: `${config.endpoint.replace(/\/+$/, '')}${path}`,
    headers: config.headers,
    timeoutMillis: exportMs,
  });
  const provider = new TracerProvider({
    resource,
    sampler: samplerOf(config),
    spanLimits: { attributeValueLengthLimit: 256, attributeCountLimit: 32 },
    spanProcessors: [
      new BatchSpanProcessor({
        exporter: new OTLPTraceExporter(target('/v1/traces')),
        scheduledDelayMillis: config.spanDelayMs,
        exportTimeoutMillis: exportMs,
      }),
    ],
  });
  const tracer = provider.getTracer('patchbay');
  const readers: PeriodicExportingMetricReader[] = [];
  return {
    tracing: {
      begin: (name, kind, parent, attributes) => startSpan(tracer, name, kind, parseParent(parent), attributes),
    },
    exportMetrics(collect) {
      const reader = new PeriodicExportingMetricReader({
        exporter: new OTLPMetricExporter(target('/v1/metrics')),
        exportIntervalMillis: config.metricIntervalMs,
        exportTimeoutMillis: Math.min(exportMs, config.metricIntervalMs),
      });
      reader.setMetricProducer(metricsProducer(resource, collect));
      readers.push(reader);
    },
    async stop() {
      const ending = Promise.allSettled([provider.shutdown(), ...readers.map((reader) => reader.shutdown())]);
      const limit = new Promise<void>((resolve) => setTimeout(resolve, flushMs).unref());
      await Promise.race([ending, limit]);
    },
  };
}

function startSpan(
  tracer: Tracer,
  name: string,
  kind: SpanKind,
  parent: SpanContext | null,
  attributes: SpanAttributes = {},
): Span {
  const span = tracer.startSpan(
    name,
    { kind: kinds[kind], attributes: { ...attributes } },
    parent === null ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, parent),
  );
  return new RecordedSpan(tracer, span);
}

class RecordedSpan implements Span {
  readonly traceparent: string;
  readonly traceId: string;
  readonly recording: boolean;
  readonly #tracer: Tracer;
  readonly #span: ApiSpan;

  constructor(tracer: Tracer, span: ApiSpan) {
    const { traceId, spanId, traceFlags } = span.spanContext();
    this.#tracer = tracer;
    this.#span = span;
    this.traceId = traceId;
    this.traceparent = `00-${traceId}-${spanId}-0${traceFlags & 1}`;
    this.recording = span.isRecording();
  }

  child(name: string, kind: SpanKind, attributes?: SpanAttributes): Span {
    return startSpan(this.#tracer, name, kind, this.#span.spanContext(), attributes);
  }

  set(attributes: SpanAttributes): void {
    this.#span.setAttributes({ ...attributes });
  }

  rename(name: string): void {
    this.#span.updateName(name);
  }

  /** The code alone: a message could quote an upstream. */
  end(errorType: string | null = null): void {
    if (errorType !== null) {
      this.#span.setAttribute('error.type', errorType);
      this.#span.setStatus({ code: SpanStatusCode.ERROR });
    }
    this.#span.end();
  }
}

function parseParent(traceparent: string | null): SpanContext | null {
  const [, traceId, spanId, flags] =
    /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})$/.exec(traceparent ?? '') ?? [];
  if (traceId === undefined || spanId === undefined) return null;
  return { traceId, spanId, traceFlags: Number.parseInt(flags as string, 16) & 1, isRemote: true };
}
