import { StoredCredential } from '@patchbay/contracts';
import type { Bucket } from '@patchbay/messaging';
import type { CredentialStore } from '../operations/ports.ts';
import { reachable, readRecord, storeTimeoutMs } from './nats-record.ts';

const keyOf = (tenant: string, connection: string, version: number) => `${tenant}.${connection}.${version}`;

/** Encrypted credentials in bucket `credentials` at `<tenant>.<con_id>.<version>`. The bucket keeps no older revision. */
export function createNatsCredentialStore(bucket: Bucket): CredentialStore {
  return {
    async get(tenant, connection, version) {
      return (await readRecord(bucket, keyOf(tenant, connection, version), StoredCredential))?.value ?? null;
    },
    async create(tenant, connection, stored) {
      const key = keyOf(tenant, connection, stored.credential_version);
      return (await reachable(bucket.create(key, JSON.stringify(stored), storeTimeoutMs))) !== null;
    },
    read: (tenant, connection, version) => readRecord(bucket, keyOf(tenant, connection, version), StoredCredential),
    async replace(tenant, connection, stored, revision) {
      const key = keyOf(tenant, connection, stored.credential_version);
      return (await reachable(bucket.update(key, JSON.stringify(stored), revision, storeTimeoutMs))) !== null;
    },
    async delete(tenant, connection, version) {
      await reachable(bucket.delete(keyOf(tenant, connection, version)));
    },
  };
}
