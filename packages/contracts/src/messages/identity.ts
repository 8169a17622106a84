import { z } from 'zod';
import { idSchema, platformScope, Scope, TenantId } from '../ids.ts';
import { XKey } from './vault.ts';

/** What a key, or a person who signed in, is in its tenant. What each may do: `roleScopes` of `packages/identity`. */
export const Role = z.enum(['owner', 'operator', 'developer', 'agent', 'auditor']);
export type Role = z.infer<typeof Role>;

/** One thing that a key may do. */
export const AccessScope = z.enum([
  'tools:read',
  'tools:execute',
  'executions:read',
  'executions:cancel',
  'integrations:read',
  'integrations:write',
  'toolsets:write',
  'connections:read',
  'connections:write',
  'webhooks:read',
  'webhooks:write',
  'audit:read',
  'audit:export',
  'audit:write',
  'audit:reveal',
  'subjects:read',
  'subjects:erase',
  'policies:read',
  'policies:write',
  'keys:read',
  'keys:write',
  'tenants:read',
  'tenants:write',
  'metrics:read',
  'approvals:write',
]);
export type AccessScope = z.infer<typeof AccessScope>;

/** Milliseconds for which a rotated key goes on: a day by default, at most 30 days. */
export const keyOverlapMs = { default: 86_400_000, most: 2_592_000_000 } as const;

const KeyName = z.string().min(1).max(80);

/** An API key as others see it: all but what proves it. */
export const ApiKey = z.object({
  id: idSchema('apiKey'),
  /** `_platform` for operators of all tenants. */
  tenant: Scope,
  name: z.string(),
  role: Role,
  /** What it may do, a part of what its role may. */
  scopes: z.array(AccessScope),
  /** The agent that calls under this key are recorded as; null: whatever the caller says. */
  agent: z.string().nullable(),
  /** The first four characters of its secret, to tell keys apart by. */
  hint: z.string(),
  created_at: z.iso.datetime(),
  /** The key that made it; `admin` for the operator over NATS. */
  created_by: z.string(),
  expires_at: z.iso.datetime().nullable(),
  revoked_at: z.iso.datetime().nullable(),
  /** The key whose place it takes. */
  replaces: idSchema('apiKey').nullable(),
  /** To the minute or so. */
  last_used_at: z.iso.datetime().nullable(),
});
export type ApiKey = z.infer<typeof ApiKey>;

/** Value of KV `identity` at `key.<id>`. `hash` is HMAC-SHA-256 (base64url) of the secret under the gateways' pepper. */
export const StoredApiKey = ApiKey.extend({ hash: z.string() });
export type StoredApiKey = z.infer<typeof StoredApiKey>;

/** Value of KV `identity` at `tenant.<tenant>`. */
export const Tenant = z.object({
  tenant: TenantId,
  name: z.string(),
  created_at: z.iso.datetime(),
  /** None of its keys is taken from then on, until it is resumed. */
  suspended_at: z.iso.datetime().nullable(),
});
export type Tenant = z.infer<typeof Tenant>;

/** What a new key is to be. */
export const NewApiKey = z.strictObject({
  name: KeyName,
  role: Role,
  /** Default: all that the role may. */
  scopes: z.array(AccessScope).min(1).max(AccessScope.options.length).optional(),
  agent: z.string().min(1).max(128).optional(),
  /** Default: it does not expire. */
  expires_at: z.iso.datetime({ offset: true }).optional(),
});
export type NewApiKey = z.infer<typeof NewApiKey>;

/** The key as text, sealed to whoever asked (`recipient`), base64. It is told this once. */
const SealedKey = { key: ApiKey, sender: XKey, sealed: z.string() };

/** `svc.gateway.v1.keys.create`. `recipient` is the asker's xkey: the key never crosses the bus in clear. */
export const CreateApiKeyRequest = NewApiKey.extend({ tenant: Scope, recipient: XKey });
export type CreateApiKeyRequest = z.infer<typeof CreateApiKeyRequest>;
export const CreateApiKeyResult = z.object(SealedKey);
export type CreateApiKeyResult = z.infer<typeof CreateApiKeyResult>;

/** `svc.gateway.v1.keys.list`: newest first. Without `tenant`: every tenant's. */
export const ListApiKeysRequest = z.strictObject({ tenant: Scope.optional() });
export type ListApiKeysRequest = z.infer<typeof ListApiKeysRequest>;
export const ListApiKeysResult = z.object({ keys: z.array(ApiKey) });
export type ListApiKeysResult = z.infer<typeof ListApiKeysResult>;

/** `svc.gateway.v1.keys.rotate`: a new key like it; the old one ends after the overlap. */
export const RotateApiKeyRequest = z.strictObject({
  tenant: Scope,
  key: idSchema('apiKey'),
  overlap_ms: z.int().min(0).max(keyOverlapMs.most).default(keyOverlapMs.default),
  recipient: XKey,
});
export type RotateApiKeyRequest = z.infer<typeof RotateApiKeyRequest>;
export const RotateApiKeyResult = z.object({ ...SealedKey, replaced: ApiKey });
export type RotateApiKeyResult = z.infer<typeof RotateApiKeyResult>;

/** `svc.gateway.v1.keys.revoke`: it ends now, with everything that is open under it. Revoking twice changes nothing. */
export const RevokeApiKeyRequest = z.strictObject({ tenant: Scope, key: idSchema('apiKey') });
export type RevokeApiKeyRequest = z.infer<typeof RevokeApiKeyRequest>;
export const RevokeApiKeyResult = z.object({ key: ApiKey });
export type RevokeApiKeyResult = z.infer<typeof RevokeApiKeyResult>;

/** `svc.gateway.v1.tenants.create`: asking again for one that is there changes nothing. */
export const CreateTenantRequest = z.strictObject({ tenant: TenantId, name: z.string().max(120).default('') });
export type CreateTenantRequest = z.infer<typeof CreateTenantRequest>;
export const CreateTenantResult = z.object({ tenant: Tenant, created: z.boolean() });
export type CreateTenantResult = z.infer<typeof CreateTenantResult>;

/** `svc.gateway.v1.tenants.list`: by name. */
export const ListTenantsRequest = z.strictObject({});
export const ListTenantsResult = z.object({ tenants: z.array(Tenant) });
export type ListTenantsResult = z.infer<typeof ListTenantsResult>;

/** `svc.gateway.v1.tenants.suspend`: whether its keys are taken. */
export const SuspendTenantRequest = z.strictObject({ tenant: TenantId, suspended: z.boolean() });
export type SuspendTenantRequest = z.infer<typeof SuspendTenantRequest>;
export const SuspendTenantResult = z.object({ tenant: Tenant });
export type SuspendTenantResult = z.infer<typeof SuspendTenantResult>;

/** Whether a key is of the platform: it names the tenant it acts for with each request. */
export const isPlatform = (tenant: string): boolean => tenant === platformScope;
