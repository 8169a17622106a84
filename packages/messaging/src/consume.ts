import { setTimeout as delay } from 'node:timers/promises';
import { type Consumer, type ConsumerMessages, type JsMsg, jetstream } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { apiTryMs, untilAnswered } from './jetstream-api.ts';
import type { BatchConsumer, BatchVerdict, ConsumeOptions, StreamMessage } from './types.ts';

/** Milliseconds that messages may gather after the first one, unless the caller says otherwise. */
const defaultGatherMs = 200;
/** Milliseconds before asking again after the stream could not be read. */
const retryMs = 1_000;

/**
 * Hands messages over in batches, one batch at a time. Between batches nothing is delivered, so that a busy stream wakes
 * neither the server nor this process for each message: whatever gathered is fetched at once. What waits stays in the
 * stream.
 */
export async function consumeBatches(
  connection: NatsConnection,
  stream: string,
  durable: string,
  options: ConsumeOptions,
): Promise<BatchConsumer> {
  const { consumers } = jetstream(connection, { timeout: apiTryMs });
  const consumer = await untilAnswered(`durable ${durable}`, () => consumers.get(stream, durable));
  const gatherMs = options.gatherMs ?? defaultGatherMs;
  const stopping = new AbortController();
  let fetching: ConsumerMessages | null = null;

  async function fetch(maxMessages: number, expires: number): Promise<JsMsg[]> {
    const messages: JsMsg[] = [];
    if (stopping.signal.aborted) return messages;
    fetching = await consumer.fetch({ max_messages: maxMessages, expires });
    // Told to stop while the fetch was being set up: `stop` had nothing yet to stop.
    if (stopping.signal.aborted) fetching.stop();
    for await (const message of fetching) messages.push(message);
    fetching = null;
    return messages;
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        const ready = await readyCount(consumer);
        const batch = await fetch(Math.max(1, Math.min(ready, options.maxMessages)), ready > 0 ? 1_000 : 30_000);
        if (batch.length > 0) await settle(batch);
        // A full batch has more behind it; otherwise let the next one gather.
        if (batch.length < options.maxMessages) await delay(gatherMs, undefined, { signal: stopping.signal });
      } catch (error) {
        if (stopping.signal.aborted) return;
        options.onError?.(error);
        await delay(retryMs, undefined, { signal: stopping.signal }).catch(() => {});
      }
    }
  }

  async function settle(batch: readonly JsMsg[]): Promise<void> {
    let verdict: BatchVerdict;
    try {
      verdict = await options.onBatch(batch.map(toStreamMessage));
    } catch (error) {
      options.onError?.(error);
      verdict = { ack: false, retryAfterMs: retryMs };
    }
    if (!verdict.ack) {
      for (const message of batch) message.nak(verdict.retryAfterMs);
      return;
    }
    for (const message of batch.slice(0, -1)) message.ack();
    // Acknowledgements are taken in order: once the last is, none is counted as still to come, or lost by a close.
    await batch
      .at(-1)
      ?.ackAck({ timeout: retryMs })
      .catch(() => {});
  }

  const running = run();
  return {
    async stop() {
      stopping.abort();
      fetching?.stop();
      await running;
    },
  };
}

/** Messages that a fetch would find, those to be delivered again included. */
async function readyCount(consumer: Consumer): Promise<number> {
  const { num_pending, num_ack_pending } = await consumer.info();
  return num_pending + num_ack_pending;
}

/** A message as its reader sees it. */
export function toStreamMessage(message: JsMsg): StreamMessage {
  return {
    subject: message.subject,
    payload: message.data,
    sequence: message.seq,
    deliveries: message.info.deliveryCount,
    header: (name) => (message.headers?.has(name) ? message.headers.get(name) : null),
  };
}
