import type { StoredErasure, StoredKeyVersions, StoredTenantKey } from '@patchbay/contracts';
import type { TenantKeyName } from './key-service.ts';

/** Where wrapped tenant keys are kept. Every method throws PatchbayError `vault_unavailable`. */
export interface TenantKeyStore {
  get(name: TenantKeyName): Promise<StoredTenantKey | null>;
  /** False when the key exists already: another process was first. */
  create(key: StoredTenantKey): Promise<boolean>;
  /** Every wrapped key of every tenant. */
  listAll(): Promise<TenantKeyName[]>;
  read(name: TenantKeyName): Promise<{ value: StoredTenantKey; revision: number } | null>;
  /** Stores the same key, wrapped anew. False when the row changed since `revision`. */
  replace(key: StoredTenantKey, revision: number): Promise<boolean>;
  /** Destroys the wrapped key: nothing of it is left in the store. Destroying it again is no error. */
  destroy(name: TenantKeyName): Promise<void>;
  /** The versions of the tenant that are stored, in no order. */
  list(tenant: string): Promise<number[]>;
  /** Null: the tenant's key was never rotated. */
  getVersions(tenant: string): Promise<{ value: StoredKeyVersions; revision: number } | null>;
  /** Whether the tenant was erased. */
  isErased(tenant: string): Promise<boolean>;
  /** Says for good that the tenant is erased. Saying it again is no error. */
  setErased(erasure: StoredErasure): Promise<void>;
  /** Removes the record of which versions are in use. */
  deleteVersions(tenant: string): Promise<void>;
  /** `revision` is null for the tenant's first. False when another process was first. */
  setVersions(versions: StoredKeyVersions, revision: number | null): Promise<boolean>;
}
