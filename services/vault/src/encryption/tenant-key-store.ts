import type { StoredErasure, StoredKeyVersions, StoredTenantKey } from '@patchbay/contracts';
import type { Page } from '../operations/ports.ts';
import type { TenantKeyName } from './key-service.ts';

/** One wrapped key. `value` is null when it is not what a vault wrote. */
export interface TenantKeyRow {
  readonly name: TenantKeyName;
  readonly value: StoredTenantKey | null;
  readonly revision: number;
}

/** Where wrapped tenant keys are kept. Every method throws PatchbayError `vault_unavailable`. */
export interface TenantKeyStore {
  get(name: TenantKeyName): Promise<StoredTenantKey | null>;
  /** False when the key exists already: another process was first. */
  create(key: StoredTenantKey): Promise<boolean>;
  /** The wrapped keys of every tenant behind a revision, a page at a time: what changes meanwhile comes again at the end. */
  scan(after: number): AsyncIterable<Page<TenantKeyRow>>;
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
  /** Names the place of the roots that wrapped keys take; null: no vault with roots was here. */
  getRootsId(): Promise<string | null>;
  /** False when it is said already. */
  createRootsId(id: string): Promise<boolean>;
}
