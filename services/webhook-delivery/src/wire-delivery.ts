import { events, webhookConsumer } from '@patchbay/contracts';
import { joinFleet, type Messaging } from '@patchbay/messaging';
import { childTraceparent } from '@patchbay/service-kit';
import { createLaneWorkers } from './adapters/lane-workers.ts';
import { readStored } from './adapters/nats-events.ts';
import type { DeliveryConfig } from './config.ts';
import type { DeliveryMetrics } from './domain/delivery-metrics.ts';
import { createDeliverEvent } from './operations/deliver-event.ts';
import { createFanOutEvent } from './operations/fan-out-event.ts';
import type { AnnounceSubscription, RecordDelivery, Report } from './operations/ports.ts';
import { Workers } from './operations/run-workers.ts';
import { createSweepExpired } from './operations/sweep-expired.ts';
import { createTurns } from './operations/take-turns.ts';
import { createWatchTargets } from './operations/watch-targets.ts';
import type { Storage } from './wire-storage.ts';
import type { WiredTargets } from './wire-targets.ts';

/** Milliseconds between two looks for what is over. */
const sweepMs = 10_000;
/** Events in hand of the fan-out: one under way, and one that is asked for while it is acknowledged. */
const eventsInHand = 2;

export interface DeliveryParts {
  readonly config: DeliveryConfig;
  readonly messaging: Messaging;
  readonly storage: Storage;
  readonly targets: WiredTargets;
  readonly audit: RecordDelivery;
  readonly metrics: DeliveryMetrics;
  readonly report: Report;
}

export type WiredDelivery = Awaited<ReturnType<typeof wireDelivery>>;

/** What moves events: the fan-out, a worker for each lane, and the look for what is over. */
export async function wireDelivery({ config, messaging, storage, targets, audit, metrics, report }: DeliveryParts) {
  const now = () => Date.now();
  const fleet = joinFleet(messaging, events.deliveryAlive, () => workers.refresh());
  const announce: AnnounceSubscription = {
    changed({ tenant, id, state }) {
      messaging.publishEvent(events.subscriptionChanged, { tenant, subscription: id }, { subscription: id, state });
    },
  };
  const common = { ...storage, keys: targets.keys, announce, audit, now, report };
  const deliver = createDeliverEvent({
    ...common,
    targets: targets.targets,
    health: createWatchTargets({ ...common, rule: config.pauseRule, onPause: () => metrics.paused++ }),
    turn: createTurns(() => fleet.size, now),
    audit: {
      attempt: audit.attempt,
      given(record, reason) {
        metrics.deadLetters[reason]++;
        audit.given(record, reason);
      },
    },
    random: Math.random,
    newTraceparent: () => childTraceparent(null),
    onAttempt: ({ target }, { outcome }, durationMs) => metrics.attempt(target.kind, outcome, durationMs),
  });
  const lanes = createLaneWorkers(messaging, deliver, report);
  const workers = new Workers({ ...lanes, processes: () => fleet.size, now, report });
  storage.follow((key, subscription) => workers.follow(key, subscription));

  const fanOut = createFanOutEvent(common);
  const fanning = await messaging.work(webhookConsumer.stream, webhookConsumer.durable, {
    concurrency: eventsInHand,
    onError: (error) => report('warn', 'an event is looked at again', { err: error }),
    onMessage: async (message) => {
      const stored = readStored(message);
      if (stored === null) {
        report('error', 'a message of the stream of events is none, and was passed over', {
          sequence: message.sequence,
        });
        return { done: true };
      }
      metrics.events++;
      const begun = await fanOut(stored);
      metrics.deliveries += begun;
      if (begun > 0) storage.events.keep(stored);
      return { done: true };
    },
  });
  const sweep = createSweepExpired({
    ...common,
    removeStrays: () => lanes.removeStrays((id) => storage.subscriptions.has(id)),
  });
  const sweeping = setInterval(() => {
    workers.refresh();
    void sweep();
  }, sweepMs).unref();
  return {
    fleet,
    workers,
    announce,
    prepare: lanes.prepare,
    async stop() {
      clearInterval(sweeping);
      await Promise.all([fanning.stop(), workers.stop()]);
      fleet.close();
    },
  };
}
