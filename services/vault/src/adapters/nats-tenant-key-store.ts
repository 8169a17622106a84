import { StoredKeyVersions, StoredTenantKey } from '@patchbay/contracts';
import type { Bucket, BucketEntry } from '@patchbay/messaging';
import type { TenantKeyRow, TenantKeyStore } from '../encryption/tenant-key-store.ts';
import { parseRecord, reachable, readRecord, scanRecords, storeTimeoutMs } from './nats-record.ts';

/** No scope may be called so. */
const rootsKey = '_roots.id';

/**
 * Bucket `tenant_keys`: wrapped keys at `<tenant>.<version>`, written once and never changed, and at `<tenant>.current` the
 * record of which versions are in use. At `<tenant>.erased`: none is, ever again. At `_roots.id`: where roots are.
 */
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
    scan: (after) => scanRecords(bucket, '>', after, toRow),
    async replace(key, revision) {
      const written = bucket.update(`${key.tenant}.${key.version}`, JSON.stringify(key), revision, storeTimeoutMs);
      return (await reachable(written)) !== null;
    },
    async destroy({ tenant, version }) {
      await reachable(bucket.delete(`${tenant}.${version}`));
    },
    async list(tenant) {
      const versions = new Set<number>();
      const subscription = await reachable(
        bucket.watch(`${tenant}.*`, ({ key, value }) => {
          const version = Number(key.slice(tenant.length + 1));
          if (!Number.isInteger(version)) return;
          if (value === null) versions.delete(version);
          else versions.add(version);
        }),
      );
      subscription.unsubscribe();
      return [...versions];
    },
    getVersions: (tenant) => readRecord(bucket, `${tenant}.current`, StoredKeyVersions),
    // Whatever stands there, be it damaged: it denies, and grants nothing.
    isErased: async (tenant) => (await reachable(bucket.get(`${tenant}.erased`))) !== null,
    async setErased(erasure) {
      await reachable(bucket.put(`${erasure.tenant}.erased`, JSON.stringify(erasure), storeTimeoutMs));
    },
    async deleteVersions(tenant) {
      await reachable(bucket.delete(`${tenant}.current`));
    },
    async setVersions(versions, revision) {
      const [key, value] = [`${versions.tenant}.current`, JSON.stringify(versions)];
      const written =
        revision === null
          ? bucket.create(key, value, storeTimeoutMs)
          : bucket.update(key, value, revision, storeTimeoutMs);
      return (await reachable(written)) !== null;
    },
    async getRootsId() {
      const entry = await reachable(bucket.get(rootsKey));
      return entry === null ? null : Buffer.from(entry.value).toString();
    },
    createRootsId: async (id) => (await reachable(bucket.create(rootsKey, id, storeTimeoutMs))) !== null,
  };
}

/** Null for what is no key: the record of versions, of an erasure, or of where roots are. */
function toRow({ key, value, revision }: BucketEntry): TenantKeyRow | null {
  const at = key.lastIndexOf('.');
  const name = { tenant: key.slice(0, at), version: Number(key.slice(at + 1)) };
  if (!Number.isInteger(name.version)) return null;
  try {
    const stored = parseRecord({ key, value }, StoredTenantKey);
    return { name, revision, value: stored.tenant === name.tenant && stored.version === name.version ? stored : null };
  } catch {
    return { name, revision, value: null };
  }
}
