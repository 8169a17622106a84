import type { Bucket } from '@patchbay/messaging';
import { z } from 'zod';
import type { RefreshRecords } from '../oauth/ports.ts';
import { reachable, readRecord, storeTimeoutMs } from './nats-record.ts';

const Record = z.object({ held_until: z.number(), failures: z.int(), retry_at: z.number() });

/** Bucket `refreshes` at `<tenant>.<con_id>`. */
export function createNatsRefreshRecords(bucket: Bucket): RefreshRecords {
  const keyOf = (tenant: string, connection: string) => `${tenant}.${connection}`;
  return {
    get: (tenant, connection) => readRecord(bucket, keyOf(tenant, connection), Record),
    set(tenant, connection, value, revision) {
      const [key, text] = [keyOf(tenant, connection), JSON.stringify(value)];
      return reachable(
        revision === null
          ? bucket.create(key, text, storeTimeoutMs)
          : bucket.update(key, text, revision, storeTimeoutMs),
      );
    },
  };
}
