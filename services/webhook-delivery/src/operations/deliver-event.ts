import { PatchbayError, type StoredDelivery, type WebhookSubscription } from '@patchbay/contracts';
import {
  attemptsOf,
  type DeliveryRecord,
  deadLetterOf,
  finished,
  newRecord,
  withAttempt,
  withFailureOfOurs,
  withVerdict,
} from '../domain/delivery-record.ts';
import { viewOf } from '../domain/event-view.ts';
import { type AttemptOutcome, judgeAttempt, type Verdict } from '../domain/judge-attempt.ts';
import { isExpired } from '../domain/match-subscription.ts';
import type {
  KeepDeadLetters,
  KeepDeliveries,
  KeepSubscriptions,
  ReadEvents,
  RecordDelivery,
  Report,
  StoredEvent,
} from './ports.ts';
import { failedOfOurs, type Targets } from './targets.ts';
import type { WatchTargets } from './watch-targets.ts';

export interface DeliverPorts {
  readonly subscriptions: Pick<KeepSubscriptions, 'find' | 'read'>;
  readonly events: Pick<ReadEvents, 'at'>;
  readonly deliveries: KeepDeliveries;
  readonly deadLetters: Pick<KeepDeadLetters, 'put'>;
  readonly targets: Targets;
  readonly health: WatchTargets;
  readonly audit: Pick<RecordDelivery, 'attempt' | 'given'>;
  /** Waits for the subscription's turn; false when it will not come, because the process ends. */
  readonly turn: (subscription: WebhookSubscription, signal: AbortSignal) => Promise<boolean>;
  /** Unix milliseconds. */
  readonly now: () => number;
  readonly random: () => number;
  /** Opens a span around an attempt, below whatever the event came in. */
  readonly traceAttempt: (target: string, parent: string | null) => AttemptSpan;
  /** An attempt ended, in so many milliseconds. */
  readonly onAttempt?: (subscription: WebhookSubscription, outcome: AttemptOutcome, durationMs: number) => void;
  readonly report: Report;
}

/** `end` takes the code of what went wrong, or null. */
export interface AttemptSpan {
  readonly traceparent: string;
  end(errorType: string | null): void;
}

/** A message of stream `DELIVERIES`. */
export interface DeliveryMessage {
  readonly tenant: string;
  readonly subscription: string;
  readonly stored: StoredDelivery;
  /** Times that the stream handed it out, from 1. */
  readonly deliveries: number;
}

/** What becomes of the message: it is done with, or comes again. */
export type MessageVerdict = { readonly done: true } | { readonly done: false; readonly retryAfterMs: number };
const done: MessageVerdict = { done: true };
const later = (retryAfterMs: number): MessageVerdict => ({ done: false, retryAfterMs });

/** Milliseconds before a message is looked at again that another process has in hand, or whose subscription is paused. */
const lookAgainMs = 1_000;
const pausedMs = 5_000;
/** Times that a message may be handed out beyond what its record explains before it counts as one that ends processes. */
const unexplainedMost = 100;

/**
 * Makes one attempt of a delivery that the stream hands over, perhaps not for the first time: a process may have died at any
 * point before. The record says what was done; what it does not say is done again, under the same ids.
 */
export function createDeliverEvent(ports: DeliverPorts) {
  return async (message: DeliveryMessage, signal: AbortSignal): Promise<MessageVerdict> => {
    const subscription = await currentOf(ports, message);
    // Handed out for the first time, there is no record yet; should there be one, writing the first is refused.
    const kept = message.deliveries === 1 ? null : await ports.deliveries.read(message.tenant, message.stored.delivery);
    if (kept !== null && kept.record.state !== 'waiting') {
      // The process that delivered it may have ended before it could take the subscription away.
      if (subscription?.once && kept.record.state === 'succeeded') await ports.health.fulfilled(subscription);
      return done;
    }
    const mayGo = subscription !== null && subscription.state.value !== 'disabled';
    if (!mayGo || isExpired(subscription, ports.now())) return drop(ports, kept);
    if (subscription.state.value === 'paused') return later(pausedMs);
    if (!(await ports.turn(subscription, signal))) return later(0);
    const event = await ports.events.at(message.stored.sequence);
    return attempt(ports, message, subscription, event, kept, signal);
  };
}

/** One that is removed after its first delivery is looked up where it lies: another process may have just removed it. */
async function currentOf(
  { subscriptions }: DeliverPorts,
  { tenant, subscription: id }: DeliveryMessage,
): Promise<WebhookSubscription | null> {
  const found = subscriptions.find(tenant, id);
  return found?.once ? subscriptions.read(tenant, id) : found;
}

type Kept = Awaited<ReturnType<KeepDeliveries['read']>>;

async function drop({ deliveries, now }: DeliverPorts, kept: Kept): Promise<MessageVerdict> {
  if (kept !== null) await deliveries.write(finished(kept.record, 'dropped', now()), kept.revision);
  return done;
}

async function attempt(
  ports: DeliverPorts,
  message: DeliveryMessage,
  subscription: WebhookSubscription,
  event: StoredEvent | null,
  kept: Kept,
  signal: AbortSignal,
): Promise<MessageVerdict> {
  const before = kept?.record ?? newRecord(message, message.stored, ports.now());
  const unexplained = message.deliveries - attemptsOf(before) - before.failures_of_ours;
  if (event === null)
    return giveUp(ports, message, subscription, before, kept, 'The event is no longer in its stream.');
  if (unexplained > unexplainedMost)
    return giveUp(ports, message, subscription, before, kept, 'Every attempt ended the process that made it.');
  const startedAt = ports.now();
  const outcome = await sendSafely(ports, message, subscription, event, signal);
  if (signal.aborted && outcome.another === 'ours') return later(0);
  const endedAt = ports.now();
  ports.onAttempt?.(subscription, outcome, endedAt - startedAt);
  const tried =
    outcome.another === 'ours'
      ? withFailureOfOurs(before, endedAt)
      : withAttempt(before, outcome, startedAt, endedAt - startedAt);
  const verdict = judgeAttempt(
    outcome,
    {
      attempts: attemptsOf(tried),
      failuresOfOurs: tried.failures_of_ours,
      failingOfOursForMs: tried.failing_of_ours_since === null ? 0 : endedAt - Date.parse(tried.failing_of_ours_since),
    },
    subscription.retry,
    ports.random,
  );
  return settle(ports, message, subscription, withVerdict(tried, verdict, endedAt), kept, verdict, outcome);
}

async function sendSafely(
  ports: DeliverPorts,
  { stored }: DeliveryMessage,
  subscription: WebhookSubscription,
  { event, payload }: StoredEvent,
  signal: AbortSignal,
): Promise<AttemptOutcome> {
  const span = ports.traceAttempt(subscription.target.kind, event.traceparent);
  let outcome: AttemptOutcome;
  try {
    outcome = await ports.targets[subscription.target.kind]({
      subscription,
      delivery: stored.delivery,
      replay: stored.replay_of === null ? null : { mayAct: await mayActAgain(ports, subscription.tenant, stored) },
      view: viewOf(event, payload),
      payload,
      signal,
      traceparent: span.traceparent,
    });
  } catch (error) {
    // A defect, or storage that is away. Its text could quote the payload.
    ports.report('error', 'a delivery failed unexpectedly', { err: error, delivery: stored.delivery });
    outcome = failedOfOurs('Patchbay could not make the attempt.', {
      errorCode: error instanceof PatchbayError ? error.code : 'internal',
    });
  }
  span.end(outcome.errorCode);
  return outcome;
}

/** Whether what a replay repeats is known to have had no effect: only then may it act under a key of its own. */
async function mayActAgain({ deliveries }: DeliverPorts, tenant: string, stored: StoredDelivery): Promise<boolean> {
  const first = await deliveries.read(tenant, stored.replay_of as string);
  const last = first?.record.attempts.at(-1);
  return last !== undefined && (last.outcome === 'failed' || last.outcome === 'refused');
}

async function giveUp(
  ports: DeliverPorts,
  message: DeliveryMessage,
  subscription: WebhookSubscription,
  before: DeliveryRecord,
  kept: Kept,
  why: string,
): Promise<MessageVerdict> {
  ports.report('error', 'a delivery was given up', { delivery: message.stored.delivery, why });
  const verdict: Verdict = { kind: 'dead', reason: 'system', disable: false };
  return settle(ports, message, subscription, withVerdict(before, verdict, ports.now()), kept, verdict, null);
}

/** Writes down what was decided. A dead letter lies in its bucket before its record says so, and both before it is done with. */
async function settle(
  ports: DeliverPorts,
  message: DeliveryMessage,
  subscription: WebhookSubscription,
  record: DeliveryRecord,
  kept: Kept,
  verdict: Verdict,
  outcome: AttemptOutcome | null,
): Promise<MessageVerdict> {
  if (verdict.kind === 'dead')
    await ports.deadLetters.put(deadLetterOf(record, message.stored.sequence, verdict.reason, ports.now()));
  const written = await writeDown(ports, record, kept?.revision ?? null, verdict);
  // Another process has it in hand as well, and was first. What it wrote is looked at next time.
  if (!written) return verdict.kind === 'succeeded' ? done : later(lookAgainMs);
  if (outcome !== null && outcome.another !== 'ours') {
    ports.audit.attempt(record);
    await ports.health.attempted(subscription, verdict, outcome);
  }
  if (verdict.kind === 'dead') ports.audit.given(record, verdict.reason);
  return verdict.kind === 'again' ? later(verdict.afterMs) : done;
}

async function writeDown(
  ports: DeliverPorts,
  record: DeliveryRecord,
  revision: number | null,
  verdict: Verdict,
): Promise<boolean> {
  try {
    return await ports.deliveries.write(record, revision);
  } catch (error) {
    // What was delivered is not delivered again for want of a record.
    if (verdict.kind !== 'succeeded') throw error;
    ports.report('warn', 'a delivery that succeeded could not be written down', { err: error, delivery: record.id });
    return true;
  }
}
