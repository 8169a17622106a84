import { events, type WebhookSubscription } from '@patchbay/contracts';
import { joinFleet, type Messaging } from '@patchbay/messaging';
import type { Tracing } from '@patchbay/service-kit';
import { followEvents } from './adapters/follow-events.ts';
import { createLaneWorkers } from './adapters/lane-workers.ts';
import { createOrderReaders, eventsInHand } from './adapters/order-readers.ts';
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

export interface DeliveryParts {
  readonly config: DeliveryConfig;
  readonly messaging: Messaging;
  readonly storage: Storage;
  readonly targets: WiredTargets;
  readonly audit: RecordDelivery;
  readonly metrics: DeliveryMetrics;
  readonly tracing: Tracing;
  readonly report: Report;
}

export type WiredDelivery = Awaited<ReturnType<typeof wireDelivery>>;

/** What moves events: the fan-out, a worker for each lane, and the look for what is over. */
export async function wireDelivery(parts: DeliveryParts) {
  const { config, messaging, storage, targets, audit, metrics, tracing, report } = parts;
  const now = () => Date.now();
  const fleet = joinFleet(messaging, events.deliveryAlive, () => workers.refresh());
  const processes = () => fleet.size;
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
    turn: createTurns(processes, now),
    audit: {
      attempt: audit.attempt,
      given(record, reason) {
        metrics.deadLetters[reason]++;
        audit.given(record, reason);
      },
    },
    random: Math.random,
    traceAttempt: (target, parent) =>
      tracing.begin(`deliver ${target}`, 'client', parent, { 'patchbay.delivery.target': target }),
    onAttempt: ({ target }, { outcome }, durationMs) => metrics.attempt(target.kind, outcome, durationMs),
  });
  const lanes = createLaneWorkers(messaging, deliver, report);
  const workers = new Workers({ ...lanes, processes, now, report });
  const fanOut = createFanOutEvent(common);
  const readers = createOrderReaders(
    messaging,
    async (stored, subscription) => {
      const begun = await fanOut.inOrder(stored, subscription);
      metrics.deliveries += begun;
      return begun;
    },
    report,
  );
  const reading = new Workers({
    ...readers,
    // Whether or not it delivers at the moment: what comes meanwhile waits in its lanes, or passes it by.
    lanes: ({ order_by }) => (order_by === null ? [] : [{ lane: 'order', concurrency: eventsInHand }]),
    processes,
    now,
    report,
  });
  storage.follow((key, subscription) => {
    workers.follow(key, subscription);
    reading.follow(key, subscription);
  });

  const following = await followEvents(messaging, {
    caughtUp: () => storage.subscriptions.caughtUp(),
    fanOut: fanOut.together,
    onEvent: (stored, begun) => {
      metrics.events++;
      metrics.deliveries += begun;
      if (begun > 0) storage.events.keep(stored);
    },
    report,
  });
  const sweep = createSweepExpired({
    ...common,
    async removeStrays() {
      for (const one of [lanes, readers]) await one.removeStrays((id) => storage.subscriptions.has(id));
    },
  });
  const sweeping = setInterval(() => {
    for (const one of [workers, reading]) one.refresh();
    void sweep();
  }, sweepMs).unref();
  return {
    fleet,
    workers,
    announce,
    async prepare(subscription: WebhookSubscription) {
      await lanes.prepare(subscription);
      if (subscription.order_by !== null) await readers.begin(subscription);
    },
    async stop() {
      clearInterval(sweeping);
      await Promise.all([following.stop(), reading.stop(), workers.stop()]);
      fleet.close();
    },
  };
}
