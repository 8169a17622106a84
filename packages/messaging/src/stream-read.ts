import { setTimeout as delay } from 'node:timers/promises';
import {
  AckPolicy,
  type ConsumerConfig,
  DeliverPolicy,
  JetStreamApiError,
  type JsMsg,
  jetstream,
  jetstreamManager,
} from '@nats-io/jetstream';
import { type NatsConnection, nanos, nuid } from '@nats-io/transport-node';
import { PatchbayError } from '@patchbay/contracts';
import { toStreamMessage } from './consume.ts';
import { apiTryMs, untilAnswered } from './jetstream-api.ts';
import type { ReadStreamOptions, StreamPage } from './stream-access.ts';
import type { StreamMessage } from './types.ts';

/** Milliseconds that one request for a page stays open: messages that it counted on may have gone meanwhile. */
const pageMs = 1_000;
/** Milliseconds after which the server forgets a reading that nobody goes on with. */
const forgottenAfterMs = 60_000;
/** Milliseconds that the look at one message waits for its answer. */
const lookPatienceMs = 15_000;

/** Failures in a row after which a reading is given up, and milliseconds before it is begun again. */
const mostFailures = 5;
const againMs = 500;

/**
 * Reads part of a stream. A page is asked for when the one before was used up, so that neither side holds more than one. The server may
 * lose a reading, as with one that is killed, or keep it waiting for too long: it then goes on behind the last page.
 * @throws PatchbayError `overloaded` when it cannot be gone on with.
 */
export async function* readStream(
  connection: NatsConnection,
  stream: string,
  options: ReadStreamOptions,
): AsyncGenerator<StreamPage, void, undefined> {
  let { after } = options;
  for (let failures = 0; ; ) {
    try {
      for await (const page of readOn(connection, stream, { ...options, after })) {
        failures = 0;
        after = page.upTo;
        yield page;
      }
      return;
    } catch (error) {
      if (error instanceof PatchbayError) throw error;
      if (++failures > mostFailures)
        throw new PatchbayError('overloaded', { message: `The stream ${stream} could not be read.`, cause: error });
      await delay(againMs);
    }
  }
}

async function* readOn(
  connection: NatsConnection,
  stream: string,
  { filter, after, pageRows, headersOnly = false, mayRemove = true }: ReadStreamOptions,
): AsyncGenerator<StreamPage, void, undefined> {
  const options = { timeout: apiTryMs };
  const manager = await untilAnswered('account', () => jetstreamManager(connection, options));
  const made = await untilAnswered(`reading of ${stream}`, () =>
    manager.consumers.add(stream, {
      name: `scan_${nuid.next()}`,
      ack_policy: AckPolicy.None,
      ...startOf(after),
      filter_subject: filter,
      headers_only: headersOnly,
      inactive_threshold: nanos(forgottenAfterMs),
      num_replicas: 1,
      mem_storage: true,
    }),
  );
  const consumer = jetstream(connection, options).consumers.getConsumerFromInfo(made);
  try {
    for (let left = made.num_pending; left > 0; ) {
      const messages: JsMsg[] = [];
      const page = await consumer.fetch({ max_messages: Math.min(pageRows, left), expires: pageMs });
      for await (const message of page) messages.push(message);
      const last = messages.at(-1);
      left = last === undefined ? (await consumer.info()).num_pending : last.info.pending;
      if (last !== undefined) yield { messages: messages.map(toStreamMessage), upTo: last.seq, left };
    }
  } finally {
    // Best effort: the server forgets it by itself.
    if (mayRemove) manager.consumers.delete(stream, made.name).catch(() => {});
  }
}

/** Where a consumer begins. */
export function startOf(after: number | Date): Partial<ConsumerConfig> {
  return typeof after === 'number'
    ? { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: after + 1 }
    : { deliver_policy: DeliverPolicy.StartTime, opt_start_time: after.toISOString() };
}

/** One message by its number, from the stream's leader; null when it is no longer there. */
export function streamMessage(
  connection: NatsConnection,
  stream: string,
  sequence: number,
): Promise<StreamMessage | null> {
  return oneMessage(connection, stream, { seq: sequence });
}

/** The first of a subject with this number or a later one, from the stream's leader. */
export function nextOfSubject(
  connection: NatsConnection,
  stream: string,
  subject: string,
  from: number,
): Promise<StreamMessage | null> {
  return oneMessage(connection, stream, { seq: from, next_by_subj: subject });
}

/** Overwrites a message and takes it away. False when it is no longer there. */
export async function eraseMessage(connection: NatsConnection, stream: string, sequence: number): Promise<boolean> {
  const manager = await jetstreamManager(connection, { timeout: apiTryMs, checkAPI: false });
  try {
    return await untilAnswered(
      `message of ${stream}`,
      () => manager.streams.deleteMessage(stream, sequence, true),
      lookPatienceMs,
    );
  } catch (error) {
    // The server has several words for one that was taken away before, or never was.
    if (error instanceof JetStreamApiError && (await streamMessage(connection, stream, sequence)) === null)
      return false;
    throw error;
  }
}

async function oneMessage(
  connection: NatsConnection,
  stream: string,
  query: { readonly seq: number; readonly next_by_subj?: string },
): Promise<StreamMessage | null> {
  const manager = await jetstreamManager(connection, { timeout: apiTryMs, checkAPI: false });
  try {
    const found = await untilAnswered(
      `message of ${stream}`,
      () => manager.streams.getMessage(stream, query),
      lookPatienceMs,
    );
    if (found === null) return null;
    const { subject, seq: sequence, data: payload, header: head } = found;
    return { subject, payload, sequence, deliveries: 0, header: (name) => (head.has(name) ? head.get(name) : null) };
  } catch (error) {
    if (error instanceof JetStreamApiError && error.status === 404) return null;
    throw error;
  }
}
