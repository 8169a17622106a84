import { StoredOverlap } from '@patchbay/contracts';
import type { Bucket } from '@patchbay/messaging';
import type { OverlapStore } from '../operations/overlap-store.ts';
import { parseRecord, reachable, readRecord, storeTimeoutMs } from './nats-record.ts';

/** Bucket `overlaps` at `<tenant>.<con_id>`. */
export function createNatsOverlaps(bucket: Bucket): OverlapStore {
  const keyOf = (tenant: string, connection: string) => `${tenant}.${connection}`;
  return {
    get: (tenant, connection) => readRecord(bucket, keyOf(tenant, connection), StoredOverlap),
    async put(overlap) {
      await reachable(bucket.put(keyOf(overlap.tenant, overlap.connection), JSON.stringify(overlap), storeTimeoutMs));
    },
    async delete({ tenant, connection }, revision) {
      await reachable(bucket.delete(keyOf(tenant, connection), revision));
    },
    follow: (onOverlap, onGone) =>
      bucket.watch('>', ({ key, value, revision }) => {
        if (value === null) return onGone(key);
        try {
          const overlap = parseRecord({ key, value }, StoredOverlap);
          if (keyOf(overlap.tenant, overlap.connection) === key) onOverlap(key, { value: overlap, revision });
        } catch {
          // Damaged: it destroys nothing. What it named goes with the next change of the connection.
        }
      }),
  };
}
