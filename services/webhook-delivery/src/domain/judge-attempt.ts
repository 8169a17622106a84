import type { DeliveryAttempt, ErrorCode, WebhookDeadLetterReason, WebhookRetry } from '@patchbay/contracts';
import { nextWaitMs, systemPatienceMs, systemWaitMs } from './retry-schedule.ts';

/** What a target's adapter says of one attempt. */
export interface AttemptOutcome {
  readonly outcome: DeliveryAttempt['outcome'];
  /** HTTP status; null where there was none. */
  readonly status: number | null;
  readonly errorCode: ErrorCode | null;
  /** For a developer. Holds no secret. */
  readonly message: string | null;
  /** The beginning of the target's answer, scrubbed. */
  readonly answer: string | null;
  readonly executionId: string | null;
  /** What the target asked to be left alone for, in milliseconds. */
  readonly retryAfterMs: number | null;
  /**
   * `again`: another attempt may succeed. `never`: it would be answered alike, or must not be made, as when an effect may have
   * been had already. `gone`: the target says that it takes nothing more, ever. `ours`: nothing reached the target for a
   * reason of Patchbay's own; that is no attempt.
   */
  readonly another: 'again' | 'never' | 'gone' | 'ours';
}

/** What is done after an attempt. */
export type Verdict =
  | { readonly kind: 'succeeded' }
  /** `counted`: it was an attempt of the schedule. */
  | { readonly kind: 'again'; readonly afterMs: number; readonly counted: boolean }
  | { readonly kind: 'dead'; readonly reason: WebhookDeadLetterReason; readonly disable: boolean };

export interface Standing {
  /** Attempts that were counted, this one included where it is. */
  readonly attempts: number;
  /** Failures of ours in a row, this one included. */
  readonly failuresOfOurs: number;
  /** Milliseconds since the first of these. */
  readonly failingOfOursForMs: number;
}

/** The one place that decides how a delivery goes on. `random` gives a number from 0 up to, not including, 1. */
export function judgeAttempt(
  outcome: Pick<AttemptOutcome, 'outcome' | 'another' | 'retryAfterMs'>,
  standing: Standing,
  retry: WebhookRetry,
  random: () => number,
): Verdict {
  if (outcome.outcome === 'succeeded') return { kind: 'succeeded' };
  if (outcome.another === 'ours') {
    if (standing.failingOfOursForMs >= systemPatienceMs) return { kind: 'dead', reason: 'system', disable: false };
    const planned = systemWaitMs(standing.failuresOfOurs);
    return { kind: 'again', afterMs: Math.max(planned, outcome.retryAfterMs ?? 0), counted: false };
  }
  if (outcome.another !== 'again') return { kind: 'dead', reason: 'exhausted', disable: outcome.another === 'gone' };
  const wait = nextWaitMs(retry, standing.attempts, outcome.retryAfterMs, random);
  if (wait === null) return { kind: 'dead', reason: 'exhausted', disable: false };
  return { kind: 'again', afterMs: wait, counted: true };
}

/** What an HTTP target's status means. Any 2xx is success; a redirect is never followed, so it is a failure. */
export function judgeStatus(status: number): Pick<AttemptOutcome, 'outcome' | 'another'> {
  if (status >= 200 && status < 300) return { outcome: 'succeeded', another: 'never' };
  return { outcome: 'failed', another: status === 410 ? 'gone' : 'again' };
}
