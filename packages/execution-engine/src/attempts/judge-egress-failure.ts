import { errorBody } from '@patchbay/contracts';
import type { EgressFailure } from '@patchbay/egress';
import { noSocketRetryMs } from './backoff.ts';
import type { Effect, Failure } from './verdict.ts';
import { refusal, unanswered } from './verdict.ts';

/** What an exchange that brought no response means for an execution. `waitedLong`: the time given was ample. */
export function judgeEgressFailure(
  failure: EgressFailure,
  effect: Effect,
  upstream: string,
  waitedLong: boolean,
): Failure {
  const details = { reason: failure.reason };
  switch (failure.kind) {
    case 'denied':
      return refusal(errorBody('egress_denied', { details }));
    case 'unreachable':
      return {
        ...refusal(
          errorBody('upstream_unreachable', { message: `No connection to ${upstream} could be made.`, details }),
          'failed',
        ),
        retry: true,
        health: 'down',
      };
    case 'exhausted':
      // Says nothing of the host, and another executor, or this one in a moment, can have a socket.
      return {
        ...refusal(
          errorBody('overloaded', {
            message: 'The executor had no socket left for the call.',
            retryAfterMs: noSocketRetryMs,
            details,
          }),
          'refused',
        ),
        retry: true,
      };
    case 'aborted':
      if (!failure.sent) return refusal(errorBody('cancelled'), 'cancelled');
      return unanswered(
        effect,
        'cancelled',
        { details },
        { retry: false, health: 'unknown', what: 'the execution was stopped before the answer' },
      );
    case 'deadline': {
      // A short deadline is the caller's affair; a host silent for long is a failing host.
      const health = waitedLong ? 'down' : 'unknown';
      if (!failure.sent)
        return { ...refusal(errorBody('deadline_exceeded', { details }), 'failed'), retry: true, health };
      return unanswered(
        effect,
        'deadline_exceeded',
        { details },
        { retry: true, health, what: `${upstream} did not answer in time` },
      );
    }
    case 'connection_lost':
      if (!failure.sent)
        return { ...refusal(errorBody('upstream_unreachable', { details }), 'failed'), retry: true, health: 'down' };
      return unanswered(
        effect,
        'upstream_error',
        { message: `The connection to ${upstream} was lost before the answer.`, retryable: true, details },
        { retry: true, health: 'down', what: 'the connection was lost before the answer' },
      );
    case 'too_large':
      return unanswered(
        effect,
        'response_too_large',
        { details },
        { retry: false, health: 'up', what: 'the answer was too large to read' },
      );
    case 'invalid_response':
      return unanswered(
        effect,
        'response_invalid',
        { message: `${upstream} did not answer in valid HTTP.`, details },
        { retry: false, health: 'down', what: 'the answer was not valid HTTP' },
      );
  }
}
