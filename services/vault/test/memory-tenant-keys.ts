import type { StoredKeyVersions, StoredTenantKey } from '@patchbay/contracts';
import type { TenantKeyName } from '../src/encryption/key-service.ts';
import type { TenantKeyStore } from '../src/encryption/tenant-key-store.ts';

export interface MemoryTenantKeyStore extends TenantKeyStore {
  readonly rows: Map<string, StoredTenantKey>;
  readonly versions: Map<string, { value: StoredKeyVersions; revision: number }>;
}

/** Wrapped tenant keys in memory, with create-if-absent and compare-and-set as the bucket does them. */
export function memoryTenantKeyStore(): MemoryTenantKeyStore {
  const rows = new Map<string, StoredTenantKey>();
  const versions = new Map<string, { value: StoredKeyVersions; revision: number }>();
  const erased = new Set<string>();
  let rootsId: string | null = null;
  const idOf = ({ tenant, version }: TenantKeyName) => `${tenant}.${version}`;
  return {
    rows,
    versions,
    async get(name) {
      return structuredClone(rows.get(idOf(name)) ?? null);
    },
    async create(key) {
      if (rows.has(idOf(key))) return false;
      rows.set(idOf(key), structuredClone(key));
      return true;
    },
    async *scan() {
      const all = [...rows.values()].map((key) => ({ name: key, value: structuredClone(key), revision: 1 }));
      if (all.length > 0) yield { rows: all, upTo: 1, left: 0 };
    },
    async replace(key) {
      rows.set(idOf(key), structuredClone(key));
      return true;
    },
    async destroy(name) {
      rows.delete(idOf(name));
    },
    async list(tenant) {
      return [...rows.keys()].filter((id) => id.startsWith(`${tenant}.`)).map((id) => Number(id.split('.')[1]));
    },
    async getVersions(tenant) {
      return structuredClone(versions.get(tenant) ?? null);
    },
    async isErased(tenant) {
      return erased.has(tenant);
    },
    async setErased({ tenant }) {
      erased.add(tenant);
    },
    async deleteVersions(tenant) {
      versions.delete(tenant);
    },
    async setVersions(value, expected) {
      const revision = versions.get(value.tenant)?.revision ?? null;
      if (revision !== expected) return false;
      versions.set(value.tenant, { value: structuredClone(value), revision: (revision ?? 0) + 1 });
      return true;
    },
    getRootsId: async () => rootsId,
    async createRootsId(id) {
      if (rootsId !== null) return false;
      rootsId = id;
      return true;
    },
  };
}
