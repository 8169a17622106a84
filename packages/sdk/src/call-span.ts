import { context, isSpanContextValid, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { ExecutionResult } from '@patchbay/contracts';

export interface CallSpan {
  /** Of this call; undefined when the agent's process records no traces. */
  readonly traceparent: string | undefined;
  end(result: ExecutionResult): void;
}

/**
 * A span around one call, below whatever span is active in the agent, through the OpenTelemetry API: it is one only where
 * the process has set up OpenTelemetry, and costs next to nothing where it has not. Holds no argument and no answer.
 */
export function startCallSpan(tool: string): CallSpan {
  const span = trace.getTracer('patchbay-sdk').startSpan(
    `execute ${tool}`,
    {
      kind: SpanKind.CLIENT,
      attributes: { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': tool, 'messaging.system': 'nats' },
    },
    context.active(),
  );
  const own = span.spanContext();
  return {
    traceparent: isSpanContextValid(own) ? `00-${own.traceId}-${own.spanId}-0${own.traceFlags & 1}` : undefined,
    end({ execution_id, status, error }) {
      span.setAttributes({ 'patchbay.execution.id': execution_id, 'patchbay.execution.status': status });
      if (error !== null) {
        span.setAttribute('error.type', error.code);
        span.setStatus({ code: SpanStatusCode.ERROR });
      }
      span.end();
    },
  };
}
