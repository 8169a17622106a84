import { type JsMsg, jetstream } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import type { BatchConsumer, BatchVerdict, StreamMessage } from './types.ts';

export interface ConsumeOptions {
  readonly maxMessages: number;
  readonly onBatch: (messages: readonly StreamMessage[]) => Promise<BatchVerdict>;
  readonly onError?: (error: unknown) => void;
}

/**
 * Hands messages over in batches, one batch at a time: whatever arrived while the last batch was stored makes the next.
 * What waits here is bounded by the durable's `max_ack_pending`.
 */
export async function consumeBatches(
  connection: NatsConnection,
  stream: string,
  durable: string,
  options: ConsumeOptions,
): Promise<BatchConsumer> {
  const consumer = await jetstream(connection).consumers.get(stream, durable);
  const waiting: JsMsg[] = [];
  let running: Promise<void> | null = null;
  let stopped = false;

  async function storeBatches(): Promise<void> {
    while (waiting.length > 0 && !stopped) {
      const batch = waiting.splice(0, options.maxMessages);
      let verdict: BatchVerdict;
      try {
        verdict = await options.onBatch(batch.map(toStreamMessage));
      } catch (error) {
        options.onError?.(error);
        verdict = { ack: false, retryAfterMs: 1_000 };
      }
      for (const message of batch) {
        if (verdict.ack) message.ack();
        else message.nak(verdict.retryAfterMs);
      }
    }
  }

  const messages = await consumer.consume({
    max_messages: Math.max(options.maxMessages, 100),
    callback: (message) => {
      waiting.push(message);
      running ??= storeBatches().finally(() => {
        running = null;
      });
    },
  });
  return {
    async stop() {
      messages.stop();
      stopped = true;
      await running;
    },
  };
}

function toStreamMessage(message: JsMsg): StreamMessage {
  return {
    subject: message.subject,
    payload: message.data,
    sequence: message.seq,
    deliveries: message.info.deliveryCount,
    header: (name) => (message.headers?.has(name) ? message.headers.get(name) : null),
  };
}
