import { PatchbayError, StoredCredential } from '@patchbay/contracts';
import type { Bucket } from '@patchbay/messaging';
import type { CredentialStore } from '../operations/ports.ts';
import { reachable, readRecord, storeTimeoutMs } from './nats-record.ts';

const keyOf = (tenant: string, connection: string) => `${tenant}.${connection}`;

/** Encrypted credentials in bucket `credentials` at `<tenant>.<con_id>`. The bucket keeps no older revision. */
export function createNatsCredentialStore(bucket: Bucket): CredentialStore {
  return {
    async get(tenant, connection) {
      return (await readRecord(bucket, keyOf(tenant, connection), StoredCredential))?.value ?? null;
    },
    async create(tenant, connection, stored) {
      const revision = await reachable(
        bucket.create(keyOf(tenant, connection), JSON.stringify(stored), storeTimeoutMs),
      );
      if (revision === null)
        throw new PatchbayError('internal', { message: "A new credential's key is already taken." });
    },
    async delete(tenant, connection) {
      await reachable(bucket.delete(keyOf(tenant, connection)));
    },
  };
}
