import { grantTypes, IntegrationId, idSchema, PatchbayError, StoredCredential, TenantId } from '@patchbay/contracts';
import type { Bucket } from '@patchbay/messaging';
import { z } from 'zod';
import type { Connects } from '../oauth/connect-record.ts';
import { reachable, readRecord, storeTimeoutMs } from './nats-record.ts';

const Record = z.object({
  id: idSchema('connect'),
  tenant: TenantId,
  integration: IntegrationId,
  grant: z.enum(Object.keys(grantTypes) as [keyof typeof grantTypes]),
  label: z.string(),
  variables: z.record(z.string(), z.string()),
  make_default: z.boolean(),
  reconnect: idSchema('connection').nullable(),
  expires_at: z.string(),
  state: z.enum(['waiting', 'taken', 'connected', 'failed']),
  state_hash: z.string().nullable(),
  browser_hash: z.string().nullable(),
  device: z.object({ code: StoredCredential, interval_s: z.number(), look_at: z.number() }).nullable(),
  connection: idSchema('connection').nullable(),
  reason: z.string().nullable(),
});

/** Bucket `connects` at `<tenant>.<cnx_id>`. */
export function createNatsConnects(bucket: Bucket): Connects {
  const keyOf = (tenant: string, id: string) => `${tenant}.${id}`;
  return {
    async get(tenant, id) {
      const found = await readRecord(bucket, keyOf(tenant, id), Record);
      if (found === null || (found.value.tenant === tenant && found.value.id === id)) return found;
      throw new PatchbayError('vault_unavailable', {
        message: 'A stored connect belongs elsewhere.',
        retryable: false,
        details: { reason: 'damaged_record' },
      });
    },
    async create(record) {
      await reachable(bucket.create(keyOf(record.tenant, record.id), JSON.stringify(record), storeTimeoutMs));
    },
    replace: (record, revision) =>
      reachable(bucket.update(keyOf(record.tenant, record.id), JSON.stringify(record), revision, storeTimeoutMs)),
  };
}
