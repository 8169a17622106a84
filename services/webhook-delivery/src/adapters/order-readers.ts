import { buildSubject, streams, type WebhookSubscription, webhookSubject } from '@patchbay/contracts';
import type { FilteredDurable, Messaging } from '@patchbay/messaging';
import type { Report, StoredEvent } from '../operations/ports.ts';
import type { RunWorkersPorts } from '../operations/run-workers.ts';
import { readStored } from './nats-events.ts';
import { removeStrays } from './remove-strays.ts';

const stream = streams.webhooks.name;
/** Milliseconds without an acknowledgement after which an event is handed to another process. */
const ackWaitMs = 5_000;
/** One event under way, and one that is asked for while it is acknowledged. */
export const eventsInHand = 2;

const durableOf = (subscription: string) => `${subscription}-order`;

/**
 * For each subscription that keeps an order a durable of its own over its tenant's events: one event in hand at a time, in
 * whichever process, so that deliveries are begun in the order in which events were stored. Whoever keeps none pays nothing.
 */
export function createOrderReaders(
  messaging: Pick<Messaging, 'makeDurable' | 'removeDurable' | 'durableNames' | 'work'>,
  inOrder: (stored: StoredEvent, subscription: string) => Promise<number>,
  report: Report,
): Pick<RunWorkersPorts, 'prepare' | 'work'> & {
  /** For one that is added, or keeps an order from now on: events that are stored from here on are its own. */
  begin(subscription: WebhookSubscription): Promise<void>;
  removeStrays(known: (subscription: string) => boolean): Promise<void>;
} {
  // Should it be gone, whoever took it away, it begins where the subscription was changed last: deliveries that were begun are
  // not begun anew.
  const prepare = (subscription: WebhookSubscription) =>
    messaging.makeDurable(durableFor(subscription, new Date(subscription.updated_at)));
  return {
    prepare,
    begin: (subscription) => messaging.makeDurable(durableFor(subscription, 'now')),
    work(subscription, _lane, concurrency, signal) {
      return messaging.work(stream, durableOf(subscription.id), {
        concurrency,
        onError(error) {
          if (signal.aborted) return;
          report('warn', 'an event is looked at again', { err: error, subscription: subscription.id });
          prepare(subscription).catch(() => {});
        },
        async onMessage(message) {
          const stored = readStored(message);
          if (stored !== null) await inOrder(stored, subscription.id);
          return { done: true };
        },
      });
    },
    removeStrays: (known) => removeStrays(messaging, stream, known),
  };
}

function durableFor({ tenant, id }: WebhookSubscription, from: Date | 'now'): FilteredDurable {
  // Its source may be changed, and a durable's filter is not: what is not its business is passed over.
  const filter = buildSubject(webhookSubject.replace('{source}.{event_type}', '>'), { tenant });
  return { stream, durable: durableOf(id), filter, from, ackWaitMs, maxAckPending: 1 };
}
