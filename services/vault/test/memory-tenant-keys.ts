import type { StoredTenantKey } from '@patchbay/contracts';
import type { TenantKeyName } from '../src/encryption/key-service.ts';
import type { TenantKeyStore } from '../src/encryption/tenant-keys.ts';

export interface MemoryTenantKeyStore extends TenantKeyStore {
  readonly rows: Map<string, StoredTenantKey>;
}

/** Wrapped tenant keys in memory, with create-if-absent as the bucket does it. */
export function memoryTenantKeyStore(): MemoryTenantKeyStore {
  const rows = new Map<string, StoredTenantKey>();
  const idOf = ({ tenant, version }: TenantKeyName) => `${tenant}.${version}`;
  return {
    rows,
    async get(name) {
      return structuredClone(rows.get(idOf(name)) ?? null);
    },
    async create(key) {
      if (rows.has(idOf(key))) return false;
      rows.set(idOf(key), structuredClone(key));
      return true;
    },
  };
}
