import { setTimeout as delay } from 'node:timers/promises';
import { type Consumer, type ConsumerMessages, type JsMsg, jetstream } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { toStreamMessage } from './consume.ts';
import { apiTryMs, untilAnswered } from './jetstream-api.ts';
import type { BatchConsumer, WorkOptions, WorkVerdict } from './types.ts';

/** Milliseconds before asking again after the stream could not be read, or a message after its handler failed. */
const retryMs = 1_000;
/** Milliseconds that one request for a message stays open at the server. */
const openMs = 30_000;

/**
 * Works through a durable with as many messages in hand as told, none fetched ahead: a message waits in the stream, where
 * another process can take it, and never in a process that is busy. One request for a message is open while there is nothing to
 * do, however many may be in hand: a server holds many durables, most of them idle.
 */
export async function workThrough(
  connection: NatsConnection,
  stream: string,
  durable: string,
  options: WorkOptions,
): Promise<BatchConsumer> {
  const { consumers } = jetstream(connection, { timeout: apiTryMs });
  const consumer = await untilAnswered(`durable ${durable}`, () => consumers.get(stream, durable));
  const stopping = new AbortController();
  const open = new Set<ConsumerMessages>();
  const slots = new Set<Promise<void>>();
  /** Slots that wait for a message. */
  let waiting = 0;

  /** Has somebody wait for the next message, if there is room for it. */
  function lookOut(): void {
    if (stopping.signal.aborted || waiting > 0 || slots.size >= options.concurrency) return;
    const running = slot();
    slots.add(running);
    void running.then(() => slots.delete(running));
  }

  async function slot(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        waiting++;
        const message = await next(consumer).finally(() => waiting--);
        // Others wait: this one is not needed while there is nothing to do.
        if (message === null && waiting > 0) return;
        if (message === null) continue;
        lookOut();
        await handle(message);
      } catch (error) {
        if (stopping.signal.aborted) return;
        options.onError?.(error);
        await delay(retryMs, undefined, { signal: stopping.signal }).catch(() => {});
      }
    }
  }

  async function next(from: Consumer): Promise<JsMsg | null> {
    const fetching = await from.fetch({ max_messages: 1, expires: openMs });
    open.add(fetching);
    // Told to stop while the request was being set up: `stop` had nothing yet to stop.
    if (stopping.signal.aborted) fetching.stop();
    try {
      for await (const message of fetching) return message;
      return null;
    } finally {
      open.delete(fetching);
    }
  }

  async function handle(message: JsMsg): Promise<void> {
    const alive = setInterval(() => message.working(), options.aliveEveryMs ?? 10_000);
    let verdict: WorkVerdict;
    try {
      verdict = await options.onMessage(toStreamMessage(message));
    } catch (error) {
      options.onError?.(error);
      verdict = { done: false, retryAfterMs: retryMs };
    } finally {
      clearInterval(alive);
    }
    if (!verdict.done) return message.nak(verdict.retryAfterMs);
    // Should this be lost, the message comes again: its handler knows that it is done.
    await message.ackAck({ timeout: retryMs }).catch(() => {});
  }

  lookOut();
  return {
    async stop() {
      stopping.abort();
      for (const fetching of open) fetching.stop();
      await Promise.all(slots);
    },
  };
}
