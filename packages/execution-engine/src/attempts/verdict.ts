import type { ErrorBody, ErrorCode, ExecutionStatus, FailureOptions } from '@patchbay/contracts';
import { errorBody } from '@patchbay/contracts';
import type { Health } from '../breaker/upstream-health.ts';

/**
 * What repeating a request would do. `read`: nothing. `keyed`: the upstream recognises the key. `natural`: the same state
 * again. `once`: a second effect, so only a request that provably had none is repeated.
 */
export type Effect = 'read' | 'keyed' | 'natural' | 'once';

/** How one attempt, or a whole step, failed. */
export interface Failure {
  readonly ok: false;
  readonly status: Exclude<ExecutionStatus, 'succeeded'>;
  readonly error: ErrorBody;
  /** Whether another attempt may be made. */
  readonly retry: boolean;
  readonly health: Health;
  /** The upstream answered, so whether there was an effect is known. */
  readonly answered: boolean;
  /** The upstream refused the credential. */
  readonly unauthorised: boolean;
}

const nothingSent: ReadonlySet<ErrorCode> = new Set([
  'invalid_request',
  'invalid_arguments',
  'connection_missing',
  'credential_expired',
  'not_permitted',
  'egress_denied',
  'circuit_open',
]);

/** A failure before anything was sent. */
export function refusal(
  error: ErrorBody,
  status: 'refused' | 'failed' | 'cancelled' = nothingSent.has(error.code) ? 'refused' : 'failed',
): Failure {
  return { ok: false, status, error, retry: false, health: 'unknown', answered: false, unauthorised: false };
}

/** A request left and no usable answer came: for anything but a read, its effect is unknown. */
export function unanswered(
  effect: Effect,
  code: ErrorCode,
  options: FailureOptions,
  rest: { retry: boolean; health: Health; what: string },
): Failure {
  const repeatable = effect !== 'once';
  const error =
    effect === 'read'
      ? errorBody(code, options)
      : errorBody('outcome_unknown', {
          message: `The request was sent, but ${rest.what}.`,
          // With a key or a natural repeat the same call again is safe, and settles the matter.
          retryable: repeatable,
          details: { ...options.details },
        });
  return {
    ok: false,
    status: effect === 'read' ? (code === 'cancelled' ? 'cancelled' : 'failed') : 'outcome_unknown',
    error,
    retry: rest.retry && repeatable,
    health: rest.health,
    answered: false,
    unauthorised: false,
  };
}
