import { hash, randomUUID } from 'node:crypto';
import { PatchbayError } from '@patchbay/contracts';
import { type Bucket, StreamRefusal } from '@patchbay/messaging';
import type { LedgerRecord } from '../domain/ledger-record.ts';
import type { KeepLedger } from '../operations/ports.ts';
import { WriteAgain } from './write-again.ts';

/** Milliseconds for one try at a claim, and between two: JetStream may be choosing a leader, which takes it seconds. */
const tryMs = 1_000;
const againMs = 100;
/** JetStream's error while it has no leader. What else it refuses with, such as a full disk, another try does not change. */
const temporarilyAway = 10_008;
/** Milliseconds of waiting before each look for a claim that was given up. */
const forsakeAfterMs = [1_000, 4_000, 10_000];

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}

/** The key of a bucket may hold neither every character nor every length that a caller's key may: hash it. */
function bucketKey(tenant: string, key: string): string {
  return `${tenant}.${hash('sha256', key, 'base64url')}`;
}

async function available<T>(work: Promise<T>, message: string): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw error instanceof PatchbayError ? error : new PatchbayError('audit_unavailable', { message, cause: error });
  }
}

/**
 * The idempotency ledger in the JetStream key-value bucket `executions`.
 * @throws PatchbayError `audit_unavailable` when the bucket does not answer, from each of its methods.
 */
export function createNatsLedger(bucket: Bucket): KeepLedger & Pick<WriteAgain, 'windDown'> {
  const again = new WriteAgain();
  async function read(tenant: string, key: string) {
    const entry = await available(
      bucket.get(bucketKey(tenant, key)),
      'The idempotency ledger does not answer, so what became of the first call is not known.',
    );
    return entry === null
      ? null
      : { record: JSON.parse(Buffer.from(entry.value).toString('utf8')) as LedgerRecord, revision: entry.revision };
  }
  /** Gives back a claim that nobody waits for any more, and that JetStream may have taken after all. */
  async function forsake(tenant: string, key: string, mark: string): Promise<void> {
    for (const ms of forsakeAfterMs) {
      await pause(ms);
      const found = await read(tenant, key).catch(() => null);
      if (found?.record.state === 'running' && found.record.mark === mark)
        await bucket.delete(bucketKey(tenant, key), found.revision).catch(() => {});
    }
  }

  return {
    windDown: () => again.windDown(),
    async claim(tenant, key, record, timeoutMs) {
      const until = performance.now() + timeoutMs;
      const mark = randomUUID();
      const text = JSON.stringify({ ...record, mark } satisfies LedgerRecord);
      /** A try of ours whose answer was lost may hold the key. */
      let lost = false;
      for (let round = 0; ; round++) {
        const leftMs = until - performance.now();
        try {
          const revision = await bucket.create(bucketKey(tenant, key), text, Math.max(1, Math.min(tryMs, leftMs)));
          if (revision !== null) return { won: true, revision };
          const found = await read(tenant, key);
          if (found?.record.mark === mark) return { won: true, revision: found.revision };
          if (found !== null) return { won: false, ...found };
          // Released between the two, or not seen yet by whoever was asked: try to claim again.
        } catch (error) {
          const refused = error instanceof StreamRefusal && error.code !== temporarilyAway;
          lost ||= !refused;
          if (!refused && until - performance.now() > againMs) {
            await pause(againMs);
            continue;
          }
          if (lost) void forsake(tenant, key, mark);
          return available(
            Promise.reject(error),
            'The idempotency ledger did not take the claim, so the call was not made.',
          );
        }
        if (round >= 2 && (!lost || until - performance.now() <= againMs))
          throw new PatchbayError('in_progress', { retryAfterMs: 50 });
      }
    },
    async takeOver(tenant, key, record, revision, timeoutMs) {
      const text = JSON.stringify(record);
      try {
        return await bucket.update(bucketKey(tenant, key), text, revision, Math.min(tryMs, timeoutMs));
      } catch {
        // Whether it took, the ledger says to whoever reads on: the record's mark is its taker's.
        return null;
      }
    },
    read,
    settle(tenant, key, record, revision, told = false) {
      const text = JSON.stringify(record);
      const written = again.write(
        async () => (await bucket.update(bucketKey(tenant, key), text, revision)) !== null,
        async () => {
          const held = (await read(tenant, key))?.record;
          return held?.state === 'done' && held.execution_id === record.execution_id;
        },
        told,
      );
      return available(written, 'The idempotency ledger did not take the answer.');
    },
    release(tenant, key, revision, told = false) {
      const released = again.write(
        () => bucket.delete(bucketKey(tenant, key), revision),
        async () => (await read(tenant, key)) === null,
        told,
      );
      return available(released, 'The idempotency ledger did not take the key back.');
    },
  };
}
