import { toErrorBody } from '@patchbay/contracts';
import type { SpanAttributes } from '@patchbay/service-kit';
import type { ExecutionSpan } from './execution-run.ts';

/** What an execution waits for before anything is sent, as its spans are called. */
export type TracedStep = 'claim key' | 'record intent' | 'ask rate limits';

/**
 * Puts a span around a step while a trace of the execution is recorded; else the work is handed on as it is, and nothing is
 * made. `attributesOf` should be a function that exists already, for the same reason.
 */
export function traceStep<T>(
  span: ExecutionSpan | undefined,
  step: TracedStep,
  work: Promise<T>,
  attributesOf?: (value: T) => SpanAttributes,
): Promise<T> {
  if (span?.recording !== true) return work;
  const own = span.child(step, 'internal');
  return work.then(
    (value) => {
      if (attributesOf !== undefined) own.set(attributesOf(value));
      own.end();
      return value;
    },
    (error) => {
      own.end(toErrorBody(error).code);
      throw error;
    },
  );
}
