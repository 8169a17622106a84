import { StoredCredential } from '@patchbay/contracts';
import type { Bucket, BucketEntry } from '@patchbay/messaging';
import type { SecretName, SecretRow, SecretStore } from '../secrets/secret-store.ts';
import { parseRecord, reachable, readRecord, scanRecords, storeTimeoutMs } from './nats-record.ts';

/** A token more than credentials have, so that neither store sees the other's rows. */
const keyOf = ({ tenant, owner, id }: SecretName) => `${tenant}.secret.${owner}.${id}`;

/** Encrypted secrets in bucket `credentials` at `<tenant>.secret.<owner>.<sec_id>`. */
export function createNatsSecretStore(bucket: Bucket): SecretStore {
  return {
    read: (name) => readRecord(bucket, keyOf(name), StoredCredential),
    create: async (name, stored) =>
      (await reachable(bucket.create(keyOf(name), JSON.stringify(stored), storeTimeoutMs))) !== null,
    replace: async (name, stored, revision) =>
      (await reachable(bucket.update(keyOf(name), JSON.stringify(stored), revision, storeTimeoutMs))) !== null,
    async delete(name) {
      await reachable(bucket.delete(keyOf(name)));
    },
    scan: ({ tenant, owner = '*' }) => scanRecords(bucket, `${tenant}.secret.${owner}.*`, 0, toRow),
  };
}

function toRow({ key, value, revision }: BucketEntry): SecretRow {
  const [tenant = '', , owner = '', id = ''] = key.split('.');
  const name = { tenant, owner, id };
  try {
    return { name, revision, value: parseRecord({ key, value }, StoredCredential) };
  } catch {
    return { name, revision, value: null };
  }
}
