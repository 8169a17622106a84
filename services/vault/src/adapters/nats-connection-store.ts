import { Connection, idSchema, PatchbayError } from '@patchbay/contracts';
import type { Bucket } from '@patchbay/messaging';
import { z } from 'zod';
import type { ConnectionRecord } from '../domain/connection-record.ts';
import type { ConnectionStore } from '../operations/ports.ts';
import { damagedRecord, parseRecord, reachable, readRecord, scanRecords, storeTimeoutMs } from './nats-record.ts';

const Record = Connection.omit({ is_default: true }).extend({
  credential_expires_at: z.string().nullable(),
  credential_stored_at: z.string(),
  refreshable: z.boolean(),
  oldest_credential: z.int().positive(),
});
const Default = z.object({ connection: idSchema('connection').nullable() });

const recordKey = (tenant: string, id: string) => `${tenant}.${id}`;
const defaultKey = (tenant: string, integration: string) => `${tenant}.default.${integration}`;

/**
 * Connections in bucket `connections`: a record at `<tenant>.<con_id>`, and the default of an integration as a pointer at
 * `<tenant>.default.<integration>`.
 */
export function createNatsConnectionStore(bucket: Bucket): ConnectionStore {
  async function get(tenant: string, id: string) {
    const found = await readRecord(bucket, recordKey(tenant, id), Record);
    if (found !== null) assertInPlace(found.value, tenant, id);
    return found;
  }

  return {
    get,
    async create(record) {
      const revision = await reachable(
        bucket.create(recordKey(record.tenant, record.id), JSON.stringify(record), storeTimeoutMs),
      );
      if (revision === null)
        throw new PatchbayError('internal', { message: "A new connection's id is already taken." });
    },
    async replace(record, revision) {
      return (
        (await reachable(
          bucket.update(recordKey(record.tenant, record.id), JSON.stringify(record), revision, storeTimeoutMs),
        )) !== null
      );
    },
    list: (tenant) => listTenant(bucket, tenant),
    // Defaults have a token more.
    scan: (tenant, after) =>
      scanRecords(bucket, `${tenant}.*`, after, ({ key, value, revision }) => {
        const record = parseRecord({ key, value }, Record);
        assertInPlace(record, tenant, key.slice(tenant.length + 1));
        return { value: record, revision };
      }),
    async getDefault(tenant, integration) {
      const found = await readRecord(bucket, defaultKey(tenant, integration), Default);
      return { connection: found?.value.connection ?? null, revision: found?.revision ?? null };
    },
    async setDefault(tenant, integration, connection, revision) {
      const [key, value] = [defaultKey(tenant, integration), JSON.stringify({ connection })];
      const written =
        revision === null
          ? bucket.create(key, value, storeTimeoutMs)
          : bucket.update(key, value, revision, storeTimeoutMs);
      return (await reachable(written)) !== null;
    },
  };
}

/** Follows the tenant's keys until their present state is known, then stops. */
async function listTenant(bucket: Bucket, tenant: string) {
  const entries = new Map<string, Uint8Array>();
  const subscription = await reachable(
    bucket.watch(`${tenant}.>`, ({ key, value }) => {
      if (value === null) entries.delete(key);
      else entries.set(key, value);
    }),
  );
  subscription.unsubscribe();
  const connections: ConnectionRecord[] = [];
  const defaults = new Map<string, string>();
  for (const [key, value] of entries) {
    const [, name = '', integration] = key.split('.');
    if (name === 'default' && integration !== undefined) {
      const { connection } = parseRecord({ key, value }, Default);
      if (connection !== null) defaults.set(integration, connection);
      continue;
    }
    const record = parseRecord({ key, value }, Record);
    assertInPlace(record, tenant, name);
    connections.push(record);
  }
  return { connections, defaults };
}

/** A record copied under another tenant's or connection's key is not that connection. */
function assertInPlace(record: ConnectionRecord, tenant: string, id: string): void {
  if (record.tenant === tenant && record.id === id) return;
  throw damagedRecord(`The stored record '${recordKey(tenant, id)}' belongs elsewhere.`);
}
