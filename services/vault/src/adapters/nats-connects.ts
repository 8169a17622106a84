import { grantTypes, IntegrationId, idSchema, StoredCredential, TenantId } from '@patchbay/contracts';
import type { Bucket } from '@patchbay/messaging';
import { z } from 'zod';
import type { ConnectRecord, Connects } from '../oauth/connect-record.ts';
import { damagedRecord, reachable, readRecord, storeTimeoutMs } from './nats-record.ts';
import { createRecordMac } from './record-mac.ts';

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

const Stored = z.object({ connect: Record, mac: z.string() });

/**
 * Bucket `connects` at `<tenant>.<cnx_id>`. Each record carries a MAC: its variables say which host gets a client's secret,
 * and who could write them unseen would have it sent to theirs.
 * @param seed the vault's sealing seed, the same in every replica.
 */
export function createNatsConnects(bucket: Bucket, seed: string): Connects {
  const mac = createRecordMac(seed, 'patchbay connects v1');
  const keyOf = (tenant: string, id: string) => `${tenant}.${id}`;
  const stored = (record: ConnectRecord) => {
    const connect = Record.parse(record);
    return JSON.stringify({ connect, mac: mac.of(JSON.stringify(connect)) });
  };
  return {
    async get(tenant, id) {
      const found = await readRecord(bucket, keyOf(tenant, id), Stored);
      if (found === null) return null;
      const { connect, mac: given } = found.value;
      if (connect.tenant === tenant && connect.id === id && mac.verifies(JSON.stringify(connect), given))
        return { value: connect, revision: found.revision };
      throw damagedRecord(`The stored connect '${keyOf(tenant, id)}' is not what a vault wrote.`);
    },
    async create(record) {
      await reachable(bucket.create(keyOf(record.tenant, record.id), stored(record), storeTimeoutMs));
    },
    replace: (record, revision) =>
      reachable(bucket.update(keyOf(record.tenant, record.id), stored(record), revision, storeTimeoutMs)),
  };
}
