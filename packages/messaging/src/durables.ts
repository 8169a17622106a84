import { AckPolicy, DeliverPolicy, JetStreamApiError, jetstreamManager } from '@nats-io/jetstream';
import { type NatsConnection, nanos } from '@nats-io/transport-node';
import { apiTryMs, untilAnswered } from './jetstream-api.ts';
import type { DurableState, FilteredDurable } from './stream-access.ts';

const managerOf = (connection: NatsConnection) => jetstreamManager(connection, { timeout: apiTryMs, checkAPI: false });

/** Makes a durable for some subjects of a stream. One that is there already stays as it is. */
export async function makeDurable(
  connection: NatsConnection,
  { stream, durable, filter, from, ackWaitMs = 30_000, maxAckPending = 5_000 }: FilteredDurable,
): Promise<void> {
  const manager = await managerOf(connection);
  await untilAnswered(`durable ${durable}`, async () => {
    if ((await orNull(() => manager.consumers.info(stream, durable))) !== null) return;
    await manager.consumers.add(stream, {
      durable_name: durable,
      filter_subject: filter,
      ack_policy: AckPolicy.Explicit,
      ...startOf(from),
      ack_wait: nanos(ackWaitMs),
      max_ack_pending: maxAckPending,
      max_deliver: -1,
    });
  });
}

function startOf(from: FilteredDurable['from']) {
  if (from === undefined) return { deliver_policy: DeliverPolicy.All };
  if (from === 'now') return { deliver_policy: DeliverPolicy.New };
  return { deliver_policy: DeliverPolicy.StartTime, opt_start_time: from.toISOString() };
}

export async function removeDurable(connection: NatsConnection, stream: string, durable: string): Promise<void> {
  const manager = await managerOf(connection);
  await untilAnswered(`durable ${durable}`, () => orNull(() => manager.consumers.delete(stream, durable)));
}

export async function durableState(
  connection: NatsConnection,
  stream: string,
  durable: string,
): Promise<DurableState | null> {
  const manager = await managerOf(connection);
  const info = await untilAnswered(`durable ${durable}`, () => orNull(() => manager.consumers.info(stream, durable)));
  if (info === null) return null;
  return { waiting: info.num_pending, open: info.num_ack_pending, doneUpTo: info.ack_floor.stream_seq };
}

export async function durableNames(connection: NatsConnection, stream: string): Promise<string[]> {
  const manager = await managerOf(connection);
  return untilAnswered(`durables of ${stream}`, async () => {
    const names: string[] = [];
    for await (const { name } of manager.consumers.list(stream)) names.push(name);
    return names;
  });
}

export async function streamBounds(connection: NatsConnection, stream: string) {
  const manager = await managerOf(connection);
  const { state } = await untilAnswered(`stream ${stream}`, () => manager.streams.info(stream));
  // Of a stream that never held anything the server says 0 and 0.
  return { first: Math.max(1, state.first_seq), last: state.last_seq };
}

export async function purgeSubject(connection: NatsConnection, stream: string, subject: string): Promise<number> {
  const manager = await managerOf(connection);
  return (await untilAnswered(`stream ${stream}`, () => manager.streams.purge(stream, { filter: subject }))).purged;
}

/** Null when the server says that it does not exist. */
async function orNull<T>(ask: () => Promise<T>): Promise<T | null> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof JetStreamApiError && error.status === 404) return null;
    throw error;
  }
}
