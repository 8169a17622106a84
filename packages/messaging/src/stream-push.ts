import { AckPolicy, jetstreamManager } from '@nats-io/jetstream';
import { type NatsConnection, nanos, nuid } from '@nats-io/transport-node';
import { apiTryMs, untilAnswered } from './jetstream-api.ts';
import type { PushStreamOptions } from './stream-access.ts';
import { startOf } from './stream-read.ts';

/** Milliseconds without anybody who listens after which the server ends it. */
const forgottenAfterMs = 60_000;
/** Bits a second, so that a listener that is slow is not cut off by its own backlog. */
const bitsPerSecond = 64_000_000;

/** Has the server itself send part of a stream to a subject, and what comes after it. @returns messages that there are now. */
export async function pushStream(
  connection: NatsConnection,
  stream: string,
  { filter, after, deliverTo }: PushStreamOptions,
): Promise<number> {
  const manager = await untilAnswered('account', () => jetstreamManager(connection, { timeout: apiTryMs }));
  const made = await untilAnswered(`sending of ${stream}`, () =>
    manager.consumers.add(stream, {
      name: `push_${nuid.next()}`,
      ack_policy: AckPolicy.None,
      ...startOf(after),
      filter_subject: filter,
      deliver_subject: deliverTo,
      rate_limit_bps: bitsPerSecond,
      inactive_threshold: nanos(forgottenAfterMs),
      num_replicas: 1,
      mem_storage: true,
    }),
  );
  // What was sent before the answer counts as delivered already.
  return made.num_pending + made.delivered.consumer_seq;
}
