import { hash } from 'node:crypto';
import { PatchbayError } from '@patchbay/contracts';
import type { Bucket } from '@patchbay/messaging';
import type { LedgerRecord } from '../domain/ledger-record.ts';
import type { KeepLedger } from '../operations/ports.ts';
import { writeAgain } from './write-again.ts';

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
export function createNatsLedger(bucket: Bucket): KeepLedger {
  async function read(tenant: string, key: string) {
    const entry = await available(
      bucket.get(bucketKey(tenant, key)),
      'The idempotency ledger does not answer, so what became of the first call is not known.',
    );
    return entry === null
      ? null
      : { record: JSON.parse(Buffer.from(entry.value).toString('utf8')) as LedgerRecord, revision: entry.revision };
  }
  return {
    async claim(tenant, key, record, timeoutMs) {
      for (let round = 0; round < 3; round++) {
        const revision = await available(
          bucket.create(bucketKey(tenant, key), JSON.stringify(record), timeoutMs),
          'The idempotency ledger did not take the claim, so the call was not made.',
        );
        if (revision !== null) return { won: true, revision };
        const found = await read(tenant, key);
        if (found !== null) return { won: false, ...found };
        // Released between the two: try to claim again.
      }
      throw new PatchbayError('in_progress', { retryAfterMs: 50 });
    },
    read,
    settle(tenant, key, record, revision) {
      const text = JSON.stringify(record);
      const written = writeAgain(
        async () => (await bucket.update(bucketKey(tenant, key), text, revision)) !== null,
        async () => {
          const held = (await read(tenant, key))?.record;
          return held?.state === 'done' && held.execution_id === record.execution_id;
        },
      );
      return available(written, 'The idempotency ledger did not take the answer.');
    },
    release(tenant, key, revision) {
      const released = writeAgain(
        () => bucket.delete(bucketKey(tenant, key), revision),
        async () => (await read(tenant, key)) === null,
      );
      return available(released, 'The idempotency ledger did not take the key back.');
    },
  };
}
