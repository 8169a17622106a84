import { JetStreamApiError, jetstream } from '@nats-io/jetstream';
import { type KV, Kvm, type KvWatchEntry } from '@nats-io/kv';
import type { NatsConnection } from '@nats-io/transport-node';
import type { AckInbox } from './ack-inbox.ts';
import { scanBucket } from './bucket-scan.ts';
import { publishDurable, StreamRefusal, wrongLastSequence } from './durable-publish.ts';
import { apiTryMs, untilAnswered } from './jetstream-api.ts';
import type { Bucket, BucketChange, BucketEntry, Subscription } from './types.ts';

/** Milliseconds that a read waits for its answer. */
const readPatienceMs = 15_000;
/** Milliseconds for one try at it: each replica answers, and the one that was asked may be gone. */
const readTryMs = 1_500;

/** Opens a bucket that provisioning made. @throws Error when it does not exist. */
export async function openBucket(connection: NatsConnection, acks: AckInbox, name: string): Promise<Bucket> {
  const kvm = new Kvm(jetstream(connection, { timeout: apiTryMs }));
  const kv = await untilAnswered(`bucket ${name}`, async () => {
    const opened = await kvm.open(name);
    await opened.status(); // `open` itself asks nothing of the server
    return opened;
  });
  const reader = await new Kvm(jetstream(connection, { timeout: readTryMs })).open(name);
  const subjectOf = (key: string) => `$KV.${name}.${key}`;

  /** Null when another writer was first. */
  async function write(
    key: string,
    value: Uint8Array | string,
    expected: number | undefined,
    timeoutMs?: number,
  ): Promise<number | null> {
    try {
      const ack = await publishDurable(acks, subjectOf(key), value, {
        ...(expected !== undefined && { expectedLastSubjectSequence: expected }),
        ...(timeoutMs !== undefined && { timeoutMs }),
      });
      return ack.sequence;
    } catch (error) {
      if (error instanceof StreamRefusal && error.code === wrongLastSequence) return null;
      throw error;
    }
  }

  return {
    async get(key): Promise<BucketEntry | null> {
      const entry = await untilAnswered(`key of ${name}`, () => reader.get(key), readPatienceMs);
      return entry === null || entry.operation !== 'PUT' ? null : { key, value: entry.value, revision: entry.revision };
    },
    async create(key, value, timeoutMs) {
      const revision = await write(key, value, 0, timeoutMs);
      if (revision !== null) return revision;
      // A deleted key still has a last sequence: its marker. Creating over that marker is creating.
      const entry = await reader.get(key);
      if (entry === null || entry.operation === 'PUT') return null;
      return write(key, value, entry.revision, timeoutMs);
    },
    async put(key, value, timeoutMs) {
      return (await write(key, value, undefined, timeoutMs)) as number;
    },
    update: (key, value, revision, timeoutMs) => write(key, value, revision, timeoutMs),
    async delete(key, revision) {
      try {
        await kv.purge(key, revision === undefined ? undefined : { previousSeq: revision });
        return true;
      } catch (error) {
        if (error instanceof JetStreamApiError && error.code === wrongLastSequence) return false;
        throw error;
      }
    },
    watch: (prefix, onChange) => watchBucket(connection, kv, prefix, onChange),
    scan: (pattern, options) => scanBucket(connection, name, pattern, options),
  };
}

/** Milliseconds before a watch that ended by itself is opened again. */
const rewatchMs = 500;

/**
 * Resolves once the state at the start was delivered, so that a reader never answers from half a copy. A watch that ends
 * by itself is opened again and delivers the present state anew: a reader that goes by revisions loses nothing.
 */
async function watchBucket(
  connection: NatsConnection,
  kv: KV,
  prefix: string,
  onChange: (change: BucketChange) => void,
): Promise<Subscription> {
  let stopped = false;
  let current: { stop(): void } | null = null;

  async function open(): Promise<void> {
    const entries = await untilAnswered(`watch of ${prefix}`, () => kv.watch({ key: prefix }));
    current = entries;
    if (stopped) return entries.stop();
    // The client keeps the consumer behind the iterator here; only it knows how much is there to begin with.
    const consumer = (entries as unknown as { _data: { info(cached: boolean): Promise<{ num_pending: number }> } })
      ._data;
    const atStart = (await consumer.info(true)).num_pending;
    await new Promise<void>((resolve) => {
      if (atStart === 0) resolve();
      follow(entries, atStart, resolve).finally(() => {
        resolve();
        if (!stopped) setTimeout(reopen, rewatchMs).unref();
      });
    });
  }

  async function follow(entries: AsyncIterable<KvWatchEntry>, atStart: number, onStart: () => void): Promise<void> {
    let seen = 0;
    try {
      for await (const entry of entries) {
        onChange(changeOf(entry));
        if (++seen === atStart) onStart();
      }
    } catch {
      // Ended by the connection or the server: opened again.
    }
  }

  function reopen(): void {
    if (!stopped && !connection.isClosed()) open().catch(() => setTimeout(reopen, rewatchMs).unref());
  }

  await open();
  return {
    unsubscribe() {
      stopped = true;
      current?.stop();
    },
  };
}

function changeOf(entry: KvWatchEntry): BucketChange {
  return { key: entry.key, value: entry.operation === 'PUT' ? entry.value : null, revision: entry.revision };
}
