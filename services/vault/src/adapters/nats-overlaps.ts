import { StoredOverlap } from '@patchbay/contracts';
import type { Bucket } from '@patchbay/messaging';
import type { OverlapStore } from '../operations/overlap-store.ts';
import { damagedRecord, parseRecord, reachable, readRecord, storeTimeoutMs } from './nats-record.ts';

const keyOf = (tenant: string, connection: string) => `${tenant}.${connection}`;

/** Bucket `overlaps` at `<tenant>.<con_id>`. */
export function createNatsOverlaps(bucket: Bucket): OverlapStore {
  return {
    async get(tenant, connection) {
      const found = await readRecord(bucket, keyOf(tenant, connection), StoredOverlap);
      if (found !== null) assertInPlace(found.value, keyOf(tenant, connection));
      return found;
    },
    async put(overlap) {
      await reachable(bucket.put(keyOf(overlap.tenant, overlap.connection), JSON.stringify(overlap), storeTimeoutMs));
    },
    async delete({ tenant, connection }, revision) {
      await reachable(bucket.delete(keyOf(tenant, connection), revision));
    },
    follow: (onOverlap, onGone, onDamaged) =>
      bucket.watch('>', ({ key, value, revision }) => {
        if (value === null) return onGone(key);
        let overlap: StoredOverlap;
        try {
          overlap = parseRecord({ key, value }, StoredOverlap);
          assertInPlace(overlap, key);
        } catch (error) {
          return onDamaged(key, error);
        }
        onOverlap(key, { value: overlap, revision });
      }),
  };
}

/** One copied under another connection's key says nothing of that connection. */
function assertInPlace({ tenant, connection }: StoredOverlap, key: string): void {
  if (keyOf(tenant, connection) === key) return;
  throw damagedRecord(`The stored record '${key}' belongs elsewhere.`);
}
