import { StoredTenantKey } from '@patchbay/contracts';
import type { Bucket } from '@patchbay/messaging';
import type { TenantKeyStore } from '../encryption/tenant-keys.ts';
import { reachable, readRecord, storeTimeoutMs } from './nats-record.ts';

/** Wrapped tenant keys in bucket `tenant_keys` at `<tenant>.<version>`. A key is written once and never changed. */
export function createNatsTenantKeyStore(bucket: Bucket): TenantKeyStore {
  return {
    async get({ tenant, version }) {
      return (await readRecord(bucket, `${tenant}.${version}`, StoredTenantKey))?.value ?? null;
    },
    async create(key) {
      return (
        (await reachable(bucket.create(`${key.tenant}.${key.version}`, JSON.stringify(key), storeTimeoutMs))) !== null
      );
    },
  };
}
