import { trace } from '@opentelemetry/api';
import { type ExecutionResult, newId } from '@patchbay/contracts';
import { afterEach, expect, test, vi } from 'vitest';
import { startCallSpan } from './call-span.ts';

const result = {
  execution_id: newId('execution'),
  status: 'refused',
  error: { code: 'overloaded' },
} as ExecutionResult;
afterEach(() => trace.disable());

test('where nobody records traces there is no trace context, and ending does no harm', () => {
  const span = startCallSpan('slack_post_message');
  expect(span.traceparent).toBeUndefined();
  span.end(result);
});

test('where the process records traces, the call is a span whose context travels', () => {
  const context = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 };
  const recorded = {
    spanContext: () => context,
    setAttributes: vi.fn(),
    setAttribute: vi.fn(),
    setStatus: vi.fn(),
    end: vi.fn(),
  };
  const startSpan = vi.fn(() => recorded);
  trace.setGlobalTracerProvider({ getTracer: () => ({ startSpan }) } as never);
  const span = startCallSpan('slack_post_message');
  expect(span.traceparent).toBe(`00-${context.traceId}-${context.spanId}-01`);
  expect((startSpan.mock.calls[0] as unknown[]).slice(0, 2)).toMatchObject([
    'execute slack_post_message',
    { attributes: { 'gen_ai.tool.name': 'slack_post_message' } },
  ]);
  span.end(result);
  expect(recorded.setAttribute).toHaveBeenCalledWith('error.type', 'overloaded');
  expect(recorded.end).toHaveBeenCalledOnce();
});
