import {
  buildSubject,
  deliverySubject,
  parseSubject,
  StoredDelivery,
  streams,
  type WebhookSubscription,
} from '@patchbay/contracts';
import type { FilteredDurable, Messaging, StreamMessage } from '@patchbay/messaging';
import { lanesOf, openLane } from '../domain/lane.ts';
import type { DeliveryMessage, MessageVerdict } from '../operations/deliver-event.ts';
import type { Report } from '../operations/ports.ts';
import type { RunWorkersPorts } from '../operations/run-workers.ts';
import { removeStrays } from './remove-strays.ts';

const stream = streams.deliveries.name;
/** Milliseconds without a sign of life after which a delivery is handed to another process. */
const ackWaitMs = 15_000;
const aliveEveryMs = 5_000;
/** Deliveries of one subscription that wait for another attempt at a time; further ones wait for their first. */
const maxWaiting = 10_000;

const durableOf = (subscription: string, lane: string) => `${subscription}-${lane}`;

/** The durables of a subscription's lanes, and working through them. */
export function createLaneWorkers(
  messaging: Pick<Messaging, 'makeDurable' | 'removeDurable' | 'durableNames' | 'work'>,
  deliver: (message: DeliveryMessage, signal: AbortSignal) => Promise<MessageVerdict>,
  report: Report,
): Pick<RunWorkersPorts, 'prepare' | 'work'> & {
  removeStrays(known: (subscription: string) => boolean): Promise<void>;
} {
  return {
    async prepare(subscription) {
      await Promise.all(
        lanesOf(subscription.order_by !== null).map((lane) => messaging.makeDurable(laneDurable(subscription, lane))),
      );
    },
    work(subscription, lane, concurrency, signal) {
      return messaging.work(stream, durableOf(subscription.id, lane), {
        concurrency,
        aliveEveryMs,
        onError(error) {
          if (signal.aborted) return;
          report('warn', 'a delivery is tried again', { err: error, subscription: subscription.id });
          // Should its durable be gone, whoever took it away, it is made again; what waits is still in the stream.
          messaging.makeDurable(laneDurable(subscription, lane)).catch(() => {});
        },
        onMessage: async (message) => {
          const read = readMessage(message);
          if (read !== null) return deliver(read, signal);
          report('error', 'a message of the stream of deliveries is none, and was passed over', {
            sequence: message.sequence,
          });
          return { done: true };
        },
      });
    },
    removeStrays: (known) => removeStrays(messaging, stream, known),
  };
}

function laneDurable({ tenant, id, once }: WebhookSubscription, lane: string): FilteredDurable {
  // One at a time, in whichever process: what keeps an order, and what is for one delivery only.
  const maxAckPending = lane !== openLane || once ? 1 : maxWaiting;
  const filter = buildSubject(deliverySubject, { tenant, subscription: id, lane });
  return { stream, durable: durableOf(id, lane), filter, ackWaitMs, maxAckPending };
}

function readMessage({ subject, payload, deliveries }: StreamMessage): DeliveryMessage | null {
  const { tenant, subscription } = parseSubject(deliverySubject, subject) ?? {};
  if (tenant === undefined || subscription === undefined) return null;
  try {
    const stored = StoredDelivery.safeParse(JSON.parse(Buffer.from(payload).toString('utf8')));
    return stored.success ? { tenant, subscription, stored: stored.data, deliveries } : null;
  } catch {
    return null;
  }
}
