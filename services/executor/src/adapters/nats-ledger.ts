import { hash } from 'node:crypto';
import { PatchbayError } from '@patchbay/contracts';
import type { Bucket } from '@patchbay/messaging';
import type { LedgerRecord } from '../domain/ledger-record.ts';
import type { KeepLedger } from '../operations/ports.ts';

/** The key of a bucket may hold neither every character nor every length that a caller's key may: hash it. */
function bucketKey(tenant: string, key: string): string {
  return `${tenant}.${hash('sha256', key, 'base64url')}`;
}

function unavailable(error: unknown): PatchbayError {
  return error instanceof PatchbayError
    ? error
    : new PatchbayError('audit_unavailable', {
        message: 'The idempotency ledger did not take the claim, so the call was not made.',
        cause: error,
      });
}

/** The idempotency ledger in the JetStream key-value bucket `executions`. */
export function createNatsLedger(bucket: Bucket): KeepLedger {
  async function read(tenant: string, key: string) {
    const entry = await bucket.get(bucketKey(tenant, key));
    return entry === null
      ? null
      : { record: JSON.parse(Buffer.from(entry.value).toString('utf8')) as LedgerRecord, revision: entry.revision };
  }
  return {
    async claim(tenant, key, record, timeoutMs) {
      try {
        for (let round = 0; round < 3; round++) {
          const revision = await bucket.create(bucketKey(tenant, key), JSON.stringify(record), timeoutMs);
          if (revision !== null) return { won: true, revision };
          const found = await read(tenant, key);
          if (found !== null) return { won: false, ...found };
          // Released between the two: try to claim again.
        }
      } catch (error) {
        throw unavailable(error);
      }
      throw new PatchbayError('in_progress', { retryAfterMs: 50 });
    },
    read,
    async settle(tenant, key, record, revision) {
      return (await bucket.update(bucketKey(tenant, key), JSON.stringify(record), revision)) !== null;
    },
    async release(tenant, key, revision) {
      await bucket.delete(bucketKey(tenant, key), revision);
    },
  };
}
