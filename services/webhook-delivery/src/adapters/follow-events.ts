import { webhookConsumer } from '@patchbay/contracts';
import type { Messaging, StreamMessage } from '@patchbay/messaging';
import type { Report, StoredEvent } from '../operations/ports.ts';
import { readStored } from './nats-events.ts';

/** Events that are looked at together; each may have a megabyte. */
const eventsAtOnce = 64;
/** Milliseconds that events may gather, so that a busy stream costs one question for many of them. */
const gatherMs = 2;

export interface FollowEventsPorts {
  /** Settles once every subscription that was added so far is known here: an event that was stored after it must find it. */
  readonly caughtUp: () => Promise<void>;
  readonly fanOut: (stored: StoredEvent) => Promise<number>;
  /** An event was looked at, for subscriptions without an order: so many deliveries were begun. */
  readonly onEvent: (stored: StoredEvent, begun: number) => void;
  readonly report: Report;
}

/** Has every event of `WEBHOOKS` looked at, many together, for subscriptions that keep no order. */
export function followEvents(
  messaging: Pick<Messaging, 'consume'>,
  { caughtUp, fanOut, onEvent, report }: FollowEventsPorts,
): Promise<{ stop(): Promise<void> }> {
  const onError = (error: unknown) => report('warn', 'an event is looked at again', { err: error });
  const eventOf = (message: StreamMessage): StoredEvent | null => {
    const stored = readStored(message);
    if (stored === null)
      report('error', 'a message of the stream of events is none, and was passed over', { sequence: message.sequence });
    return stored;
  };
  return messaging.consume(webhookConsumer.stream, webhookConsumer.durable, {
    maxMessages: eventsAtOnce,
    gatherMs,
    onError,
    async onBatch(messages) {
      await caughtUp();
      await Promise.all(
        messages.map(async (message) => {
          const stored = eventOf(message);
          if (stored !== null) onEvent(stored, await fanOut(stored));
        }),
      );
      return { ack: true };
    },
  });
}
