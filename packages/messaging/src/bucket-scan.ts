import { AckPolicy, DeliverPolicy, type JsMsg, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { type NatsConnection, nanos, nuid } from '@nats-io/transport-node';
import { apiTryMs, untilAnswered } from './jetstream-api.ts';
import type { BucketPage } from './types.ts';

/** Milliseconds that one request for a page stays open: rows that it counted on may have been changed meanwhile. */
const pageMs = 1_000;
/** Milliseconds after which the server forgets a scan that nobody goes on with. */
const forgottenAfterMs = 60_000;

/**
 * Goes through a bucket in the order of its revisions. A page is asked for when the one before was used up, so that
 * neither side holds more than one. A key that changes meanwhile moves to the end and is met again there.
 */
export async function* scanBucket(
  connection: NatsConnection,
  bucket: string,
  pattern: string,
  { after, pageRows }: { readonly after: number; readonly pageRows: number },
): AsyncGenerator<BucketPage, void, undefined> {
  const stream = `KV_${bucket}`;
  const prefix = `$KV.${bucket}.`;
  const options = { timeout: apiTryMs };
  const manager = await untilAnswered('account', () => jetstreamManager(connection, options));
  const made = await untilAnswered(`scan of ${bucket}`, () =>
    manager.consumers.add(stream, {
      name: `scan_${nuid.next()}`,
      ack_policy: AckPolicy.None,
      deliver_policy: DeliverPolicy.StartSequence,
      opt_start_seq: after + 1,
      filter_subject: `${prefix}${pattern}`,
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
      if (last === undefined) continue;
      yield {
        entries: messages
          .filter(({ headers }) => !headers?.has(operationHeader))
          .map(({ subject, data, seq }) => ({ key: subject.slice(prefix.length), value: data, revision: seq })),
        upTo: last.seq,
        left,
      };
    }
  } finally {
    // Best effort: the server forgets it by itself.
    manager.consumers.delete(stream, made.name).catch(() => {});
  }
}

/** On the markers of deletions, and only there (NATS ADR-8). */
const operationHeader = 'KV-Operation';
