import type { WebhookSubscription } from '@patchbay/contracts';
import type { EventView } from '../domain/event-view.ts';
import type { AttemptOutcome } from '../domain/judge-attempt.ts';

/** One attempt to bring an event to a target. */
export interface Attempt {
  readonly subscription: WebhookSubscription;
  readonly delivery: string;
  /** What an earlier delivery of the event to the subscription came to, of which this is a replay; null for the first. */
  readonly replay: { readonly mayAct: boolean } | null;
  readonly view: EventView;
  readonly payload: Uint8Array;
  /** Stops it: the process ends. */
  readonly signal: AbortSignal;
  readonly traceparent: string;
}

/** Brings events to targets of one kind. Never throws for what a target or a service beside us can do. */
export type SendToTarget = (attempt: Attempt) => Promise<AttemptOutcome>;

export type Targets = Readonly<Record<WebhookSubscription['target']['kind'], SendToTarget>>;

/** An outcome with nothing to say but what is given. */
export function outcomeOf(
  given: Pick<AttemptOutcome, 'outcome' | 'another'> & Partial<AttemptOutcome>,
): AttemptOutcome {
  return {
    status: null,
    errorCode: null,
    message: null,
    answer: null,
    executionId: null,
    retryAfterMs: null,
    ...given,
  };
}

export const succeeded = (given: Partial<AttemptOutcome> = {}): AttemptOutcome =>
  outcomeOf({ outcome: 'succeeded', another: 'never', ...given });

/** Nothing reached the target, for a reason of Patchbay's own. */
export const failedOfOurs = (message: string, given: Partial<AttemptOutcome> = {}): AttemptOutcome =>
  outcomeOf({ outcome: 'failed', another: 'ours', message, ...given });
