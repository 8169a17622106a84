import type { StoredDelivery, WebhookDeadLetter, WebhookEvent, WebhookSubscription } from '@patchbay/contracts';
import { newId } from '@patchbay/contracts';
import type { DeliveryRecord } from '../domain/delivery-record.ts';
import { bytes, webhookEvent } from '../domain/event.fixture.ts';
import type { AttemptOutcome } from '../domain/judge-attempt.ts';
import { createDeliverEvent, type DeliverPorts, type MessageVerdict } from './deliver-event.ts';
import type { KeepSubscriptions, StoredEvent } from './ports.ts';
import type { Attempt, Targets } from './targets.ts';
import { createWatchTargets } from './watch-targets.ts';

/** Storage in memory, as the ports see it. */
export function fakeStorage(subscriptions: readonly WebhookSubscription[] = []) {
  const kept = new Map(subscriptions.map((one) => [one.id, one]));
  const records = new Map<string, { record: DeliveryRecord; revision: number }>();
  const letters = new Map<string, WebhookDeadLetter>();
  const events = new Map<number, StoredEvent>();
  const failing = new Map<string, number>();
  const queued: { lane: string; subscription: string; stored: StoredDelivery; messageId: string }[] = [];
  const purged: string[] = [];
  let revisions = 0;
  const keepSubscriptions: KeepSubscriptions = {
    ofTenant: (tenant) => [...kept.values()].filter((one) => one.tenant === tenant),
    find: (_, id) => kept.get(id) ?? null,
    read: async (_, id) => kept.get(id) ?? null,
    add: async (one) => void kept.set(one.id, one),
    async change(_, id, change) {
      const before = kept.get(id);
      if (before === undefined) return null;
      const next = change(before) ?? before;
      kept.set(id, next);
      return next;
    },
    remove: async (_, id) => kept.delete(id),
  };
  return {
    kept,
    records,
    letters,
    failing,
    queued,
    purged,
    store(event: WebhookEvent = webhookEvent(), text = '{}'): StoredEvent {
      const stored = { event, payload: bytes(text), sequence: events.size + 1 };
      events.set(stored.sequence, stored);
      return stored;
    },
    lose: (sequence: number) => events.delete(sequence),
    ports: {
      subscriptions: keepSubscriptions,
      events: { at: async (sequence: number) => events.get(sequence) ?? null },
      queue: {
        async add(
          { lane, subscription }: { lane: string; subscription: string },
          stored: StoredDelivery,
          messageId: string,
        ) {
          if (!queued.some((one) => one.messageId === messageId))
            queued.push({ lane, subscription, stored, messageId });
        },
        purge: async (_: string, subscription: string) => void purged.push(subscription),
      },
      deliveries: {
        read: async (_: string, id: string) => records.get(id) ?? null,
        async write(record: DeliveryRecord, revision: number | null) {
          if ((records.get(record.id)?.revision ?? null) !== revision) return false;
          records.set(record.id, { record, revision: ++revisions });
          return true;
        },
        async *newestFirst() {
          yield [...records.values()].toReversed();
        },
      },
      deadLetters: {
        put: async (letter: WebhookDeadLetter) => void letters.set(letter.id, letter),
        read: async (_: string, id: string) => letters.get(id) ?? null,
        async *ofTenant() {
          yield [...letters.values()];
        },
        remove: async (_: string, id: string) => void letters.delete(id),
      },
      failing: {
        async since(_: string, id: string, now: number) {
          if (!failing.has(id)) failing.set(id, now);
          return failing.get(id) as number;
        },
        clear: async (_: string, id: string) => void failing.delete(id),
      },
    },
  };
}

export type FakeStorage = ReturnType<typeof fakeStorage>;

/** Delivering to a target that `answer` plays, in a time that only passes when a delivery waits. */
export function simulatedDelivery(
  storage: FakeStorage,
  answer: (attempt: Attempt, now: number) => AttemptOutcome | Promise<AttemptOutcome>,
  over: Partial<DeliverPorts> & { rule?: { failures: number; failingForMs: number } } = {},
) {
  const clock = { now: Date.parse('2026-11-29T12:00:00Z') };
  const attempts: number[] = [];
  const audited: string[] = [];
  const announced: string[] = [];
  const reported: string[] = [];
  const spans: string[] = [];
  const send = (attempt: Attempt) => {
    attempts.push(clock.now);
    return Promise.resolve(answer(attempt, clock.now));
  };
  const common = {
    ...storage.ports,
    announce: { changed: (_: WebhookSubscription, what: string) => void announced.push(what) },
    keys: { drop: async () => {} },
    now: () => clock.now,
    report: (_: string, message: string) => void reported.push(message),
  };
  const subscriptionAudit = { subscription: async (_: unknown, what: string) => void audited.push(what) };
  const deliver = createDeliverEvent({
    ...common,
    targets: { nats: send, http: send, tool: send, plan: send, session: send } satisfies Targets,
    health: createWatchTargets({
      ...common,
      audit: subscriptionAudit,
      rule: over.rule ?? { failures: 1_000, failingForMs: 1e12 },
      onPause: () => {},
    }),
    audit: {
      attempt: ({ attempts: made }) => void audited.push(`attempt ${made.at(-1)?.number}`),
      given: (_, reason) => void audited.push(`given up: ${reason}`),
    },
    turn: async () => true,
    random: () => 0.5,
    traceAttempt: (target, parent) => ({
      traceparent: `below ${parent}`,
      end: (errorType) => void spans.push(`${target} ${errorType}`),
    }),
    ...over,
  });
  const signal = new AbortController().signal;
  let handed = 0;
  return {
    clock,
    attempts,
    audited,
    announced,
    reported,
    spans,
    /** Hands a delivery out once. */
    once(stored: StoredDelivery, subscription: string, deliveries = ++handed): Promise<MessageVerdict> {
      return deliver({ tenant: 'acme', subscription, stored, deliveries }, signal);
    },
    /** Hands it out as often as it asks to come again, and lets the time pass in between; no longer once its subscription is paused. */
    async toTheEnd(stored: StoredDelivery, subscription: string): Promise<void> {
      for (let deliveries = 1; ; deliveries++) {
        const verdict = await deliver({ tenant: 'acme', subscription, stored, deliveries }, signal);
        if (verdict.done || storage.kept.get(subscription)?.state.value !== 'active') return;
        clock.now += verdict.retryAfterMs;
      }
    },
  };
}

export function storedDelivery({ event, sequence }: StoredEvent, over: Partial<StoredDelivery> = {}): StoredDelivery {
  return {
    delivery: newId('delivery'),
    event: event.id,
    source: event.source,
    event_type: event.type,
    sequence,
    replay_of: null,
    ...over,
  };
}
