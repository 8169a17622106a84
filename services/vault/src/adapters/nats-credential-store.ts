import { StoredCredential } from '@patchbay/contracts';
import type { Bucket, BucketEntry } from '@patchbay/messaging';
import type { CredentialRow, CredentialStore } from '../operations/ports.ts';
import { parseRecord, reachable, readRecord, scanRecords, storeTimeoutMs } from './nats-record.ts';

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
    scan: (tenant, after) => scanRecords(bucket, `${tenant}.*.*`, after, toRow),
  };
}

/** Null when the key is none of ours. */
function toRow({ key, value, revision }: BucketEntry): CredentialRow | null {
  const [, connection = '', version] = key.split('.');
  const row = { connection, version: Number(version), revision };
  if (!Number.isInteger(row.version)) return null;
  try {
    return { ...row, value: parseRecord({ key, value }, StoredCredential) };
  } catch {
    return { ...row, value: null };
  }
}
