import { buckets } from '@patchbay/contracts';
import type { Messaging } from '@patchbay/messaging';
import {
  createNatsDeadLetters,
  createNatsDeliveries,
  createNatsFailing,
  createNatsQueue,
} from './adapters/nats-deliveries.ts';
import { createNatsEvents } from './adapters/nats-events.ts';
import { createNatsHeldWebhooks } from './adapters/nats-held-webhooks.ts';
import { openNatsSubscriptions, type SubscriptionChange } from './adapters/nats-subscriptions.ts';
import type { Report } from './operations/ports.ts';

export type Storage = Awaited<ReturnType<typeof wireStorage>>;

/** What the delivery of webhooks keeps, all of it in JetStream. */
export async function wireStorage(messaging: Messaging, report: Report) {
  const records = await messaging.bucket(buckets.deliveries.name);
  const sources = await messaging.bucket(buckets.webhook_sources.name);
  const requests = await messaging.bucket(buckets.webhook_requests.name);
  const letters = await messaging.bucket(buckets.webhook_dead_letters.name);
  const events = createNatsEvents({ messaging, requests });
  const followers: SubscriptionChange[] = [];
  const subscriptions = await openNatsSubscriptions(
    await messaging.bucket(buckets.subscriptions.name),
    async () => (await messaging.streamBounds(`KV_${buckets.subscriptions.name}`)).last,
    (key, subscription) => {
      for (const follow of followers) follow(key, subscription);
    },
    (error) => report('error', 'a subscription cannot be read', { err: error }),
  );
  return {
    subscriptions,
    /** Tells of each subscription there is, and from then on of each change. */
    follow(onChange: SubscriptionChange): void {
      for (const subscription of subscriptions.all())
        onChange(`${subscription.tenant}.${subscription.id}`, subscription);
      followers.push(onChange);
    },
    events,
    held: createNatsHeldWebhooks({
      messaging,
      events,
      requests,
      buckets: { deliveries: records, webhook_dead_letters: letters },
    }),
    queue: createNatsQueue(messaging),
    deliveries: createNatsDeliveries(records, messaging),
    deadLetters: createNatsDeadLetters(letters),
    failing: createNatsFailing(records, report),
    sources: { exists: async (tenant: string, source: string) => (await sources.get(`${tenant}.${source}`)) !== null },
    close: () => subscriptions.close(),
  };
}
