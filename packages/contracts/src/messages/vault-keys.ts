import { z } from 'zod';
import { everyTenant, idSchema, Scope, TenantId } from '../ids.ts';

/** A tenant, the platform's own scope, or `all`. */
const JobScope = z.union([Scope, z.literal(everyTenant)]);

/**
 * Value of KV `tenant_keys` at `<tenant>.current`: which versions of the tenant's key are in use. Absent: version 1 alone.
 * `sealed` is a base64 AWS Encryption SDK message under version `current` over a `KeyVersions`, so that a record of
 * another tenant or of before a rotation is refused: the key that it was sealed under is gone.
 */
export const StoredKeyVersions = z.object({ tenant: Scope, current: z.int().positive(), sealed: z.string() });
export type StoredKeyVersions = z.infer<typeof StoredKeyVersions>;

/** What is inside `StoredKeyVersions`. */
export const KeyVersions = z.object({
  /** New credentials are encrypted under it. */
  current: z.int().positive(),
  /** Versions below are destroyed, and refused wherever they turn up. */
  minimum: z.int().positive(),
});
export type KeyVersions = z.infer<typeof KeyVersions>;

/** Value of KV `tenant_keys` at `<tenant>.erased`: the tenant gets no key any more, and none of its is used. */
export const StoredErasure = z.object({ tenant: Scope, erased_at: z.string(), job: idSchema('job') });
export type StoredErasure = z.infer<typeof StoredErasure>;

export const VaultJobKind = z.enum(['rotate_tenant_key', 'rewrap_keys', 'erase_tenant', 'erase_connection']);
export type VaultJobKind = z.infer<typeof VaultJobKind>;

/** Work of the vault that outlives a process: any vault goes on with it. */
export const VaultJob = z.object({
  id: idSchema('job'),
  kind: VaultJobKind,
  /** `all` for what concerns every tenant. */
  tenant: JobScope,
  state: z.enum(['running', 'done', 'failed']),
  /** What it is doing, for people. */
  step: z.string(),
  /** Rows to go through, as far as known, and those that are done. */
  total: z.int().nonnegative(),
  done: z.int().nonnegative(),
  /** RFC 3339. */
  started_at: z.string(),
  updated_at: z.string(),
  finished_at: z.string().nullable(),
  /** An administrator, or a vault that met an erased tenant in its store again. */
  begun_by: z.enum(['admin', 'vault']),
  /** The process that works on it. */
  instance: z.string(),
  /** How often another process, or a restarted one, went on with it. */
  takeovers: z.int().nonnegative(),
  /** The key version that a rotation leads to. */
  target_version: z.int().positive().nullable(),
  /** The key service's name of the wrapping key that a re-wrapping leads to. */
  target_key: z.string().nullable(),
  /** The connection that an erasure is of. */
  connection: idSchema('connection').nullable(),
  /** Wrapped keys that it destroyed. */
  keys_destroyed: z.int().nonnegative(),
  /** The revision of its bucket up to which every row is done. */
  cursor: z.int().nonnegative(),
  /** Why it failed, or what it waits for. */
  error: z.string().nullable(),
});
export type VaultJob = z.infer<typeof VaultJob>;

/** Value of KV `vault_jobs` at `<tenant>` or `all`. `mac` is HMAC-SHA256 (base64url) over the job's JSON. */
export const StoredVaultJob = z.object({ job: VaultJob, mac: z.string() });
export type StoredVaultJob = z.infer<typeof StoredVaultJob>;

/** `svc.vault.v1.keys.rotate`: starts the rotation of the tenant's key, or names the one under way. */
export const RotateTenantKeyRequest = z.strictObject({ tenant: Scope });
export type RotateTenantKeyRequest = z.infer<typeof RotateTenantKeyRequest>;

/** `svc.vault.v1.keys.rewrap`: wraps every tenant key under the wrapping key that the vault is configured with. */
export const RewrapKeysRequest = z.strictObject({});

/** `svc.vault.v1.tenants.erase`: makes everything unreadable that is encrypted for the tenant, for good. */
export const EraseTenantRequest = z.strictObject({ tenant: TenantId });
export type EraseTenantRequest = z.infer<typeof EraseTenantRequest>;

/** `svc.vault.v1.connections.erase`: removes the connection, and rotates the tenant's key so that copies are unreadable. */
export const EraseConnectionRequest = z.strictObject({ tenant: TenantId, connection: idSchema('connection') });
export type EraseConnectionRequest = z.infer<typeof EraseConnectionRequest>;

/** The job that was started, or the one of the same kind that is under way. */
export const VaultJobResult = z.object({ job: VaultJob });

/** `svc.vault.v1.jobs`: the newest job of each tenant, newest first. */
export const ListVaultJobsRequest = z.strictObject({ tenant: JobScope.optional() });
export type ListVaultJobsRequest = z.infer<typeof ListVaultJobsRequest>;
export const ListVaultJobsResult = z.object({ jobs: z.array(VaultJob) });

/** `svc.vault.v1.keys.changed`: broadcast between vaults, which look at the tenant's key versions anew. */
export const TenantKeysChanged = z.object({ tenant: JobScope });
export type TenantKeysChanged = z.infer<typeof TenantKeysChanged>;
