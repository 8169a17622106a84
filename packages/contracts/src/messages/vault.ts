import { z } from 'zod';
import { IntegrationId, idSchema, Scope, TenantId } from '../ids.ts';

const Secret = z.string().min(1).max(16_384);

/** An X25519 public key as NATS writes it (xkey). */
export const XKey = z.string().regex(/^X[A-Z2-7]{55}$/, { error: 'expected an xkey public key, X…' });

/** What stands behind a connection. Only the vault, and the executor a lease was sealed to, ever hold one in clear. */
export const Credential = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('api_key'), api_key: Secret }),
  z.strictObject({ type: z.literal('basic'), username: z.string().max(1_024), password: z.string().max(16_384) }),
  z.strictObject({ type: z.literal('bearer'), token: Secret }),
  z.strictObject({
    type: z.literal('oauth2'),
    access_token: Secret,
    refresh_token: Secret.optional(),
    token_type: z.string().max(64).default('Bearer'),
    /** RFC 3339. */
    expires_at: z.string().optional(),
    scope: z.string().max(4_096).optional(),
    /** Where it was issued, and to which client: it is refreshed and revoked nowhere else. */
    issuer: z
      .object({
        token_url: z.string(),
        client_id: z.string(),
        /** The grant needs nobody, so that it can be asked for again without a refresh token. */
        renewable: z.boolean().optional(),
      })
      .optional(),
    /** Other fields of the token response that the integration needs. */
    extra: z.record(z.string(), z.string().max(4_096)).optional(),
    /** Secrets besides the token that the integration's templates name: the client's, of which it was got. */
    secrets: z.record(z.string(), Secret).optional(),
  }),
  /** Named fields for a `custom` auth template. */
  z.strictObject({ type: z.literal('custom'), fields: z.record(z.string(), Secret) }),
]);
export type Credential = z.infer<typeof Credential>;

export const ConnectionStatus = z.enum(['active', 'expired', 'revoked']);

/** How the upstream took the present credential when it was last tried. */
export const ConnectionHealth = z.object({
  /** `refused`: the upstream does not accept the credential. `failed`: it could not be told. */
  state: z.enum(['ok', 'refused', 'failed']),
  /** Of the error; null when there was none. */
  code: z.string().max(64).nullable(),
  checked_at: z.string(),
});
export type ConnectionHealth = z.infer<typeof ConnectionHealth>;

/** An authorised link tenant–integration. Holds no secret. */
export const Connection = z.object({
  id: idSchema('connection'),
  tenant: TenantId,
  integration: IntegrationId,
  label: z.string().max(120),
  auth_type: z.enum(['api_key', 'basic', 'bearer', 'oauth2', 'custom', 'none']),
  status: ConnectionStatus,
  is_default: z.boolean(),
  /** Values for `{variables}` in the integration's URLs. */
  variables: z.record(z.string(), z.string()),
  created_at: z.string(),
  updated_at: z.string(),
  /** Grows by one with each change of the credential. */
  credential_version: z.int().positive(),
  /** Null: not tried since the credential was stored. */
  health: ConnectionHealth.nullable().default(null),
});
export type Connection = z.infer<typeof Connection>;

/** A secret as JSON, sealed to the vault's key (`svc.vault.v1.key`): `ciphertext` in base64. */
export const SealedSecret = z.strictObject({ sender: z.string(), ciphertext: z.string() });
export type SealedSecret = z.infer<typeof SealedSecret>;

/** `svc.vault.v1.connections.add`. The credential is sealed to the vault's key (`svc.vault.v1.key`), never in clear on the bus. */
export const AddConnectionRequest = z.strictObject({
  tenant: TenantId,
  integration: IntegrationId,
  label: z.string().max(120).default(''),
  variables: z.record(z.string(), z.string().max(1_024)).default({}),
  make_default: z.boolean().default(false),
  sealed_credential: SealedSecret,
});
export type AddConnectionRequest = z.infer<typeof AddConnectionRequest>;
export const AddConnectionResult = z.object({ connection: Connection });

export const ListConnectionsRequest = z.strictObject({ tenant: TenantId, integration: IntegrationId.optional() });
export type ListConnectionsRequest = z.infer<typeof ListConnectionsRequest>;
export const ListConnectionsResult = z.object({ connections: z.array(Connection) });

/** Longest time for which a credential is kept that was replaced, in seconds: a week. */
export const maxOverlapS = 604_800;

/** `svc.vault.v1.connections.rotate`: another credential takes the present one's place; one can go back for a while. */
export const RotateCredentialRequest = z.strictObject({
  tenant: TenantId,
  connection: idSchema('connection'),
  sealed_credential: SealedSecret,
  /** Seconds for which the present credential is kept, to go back to. 0 destroys it at once. Default: a day. */
  overlap_s: z.int().min(0).max(maxOverlapS).default(86_400),
});
export type RotateCredentialRequest = z.infer<typeof RotateCredentialRequest>;

/** `svc.vault.v1.connections.revert`: the credential before takes its place again, as a version of its own. */
export const RevertCredentialRequest = z.strictObject({ tenant: TenantId, connection: idSchema('connection') });
export type RevertCredentialRequest = z.infer<typeof RevertCredentialRequest>;

export const RotateCredentialResult = z.object({
  connection: Connection,
  /** What one can go back to, and until when (RFC 3339). */
  previous: z.object({ version: z.int().positive(), until: z.string() }).nullable(),
});
export type RotateCredentialResult = z.infer<typeof RotateCredentialResult>;

/** Value of KV `overlaps` at `<tenant>.<connection>`: a replaced credential that is still kept. `until` is RFC 3339. */
export const StoredOverlap = z.object({
  tenant: TenantId,
  connection: idSchema('connection'),
  version: z.int().positive(),
  until: z.iso.datetime(),
});
export type StoredOverlap = z.infer<typeof StoredOverlap>;

export const RemoveConnectionRequest = z.strictObject({ tenant: TenantId, connection: idSchema('connection') });
export type RemoveConnectionRequest = z.infer<typeof RemoveConnectionRequest>;
export const RemoveConnectionResult = z.object({ connection: Connection });

/** `svc.vault.v1.connections.health`: keeps what trying a credential showed, unless there is another by now. */
export const SetConnectionHealthRequest = z.strictObject({
  tenant: TenantId,
  connection: idSchema('connection'),
  credential_version: z.int().positive(),
  state: ConnectionHealth.shape.state,
  code: ConnectionHealth.shape.code,
});
export type SetConnectionHealthRequest = z.infer<typeof SetConnectionHealthRequest>;
export const SetConnectionHealthResult = z.object({ connection: Connection });

/** `svc.vault.v1.key`: the vault's X25519 public key (NATS xkey, `X…`), to seal credentials to. */
export const VaultKeyRequest = z.strictObject({});
export const VaultKeyResult = z.object({ public_key: z.string() });

/** Longest life of a lease, in milliseconds. */
export const maxLeaseMs = 30_000;

/** `svc.vault.v1.lease` */
export const LeaseRequest = z.strictObject({
  tenant: TenantId,
  integration: IntegrationId,
  /** Omitted: the tenant's default for the integration. */
  connection: idSchema('connection').optional(),
  execution_id: idSchema('execution'),
  /** The asking executor's xkey public key; the answer is sealed to it. */
  recipient: XKey,
  /** The version that the upstream has just refused: if it is still the present one and can be refreshed, it is. */
  refused_version: z.int().positive().optional(),
});
export type LeaseRequest = z.infer<typeof LeaseRequest>;

export const LeaseResult = z.object({
  connection: idSchema('connection'),
  credential_version: z.int().positive(),
  /** The vault's public key that sealed it. */
  sender: z.string(),
  /** Base64 of the sealed `LeasePayload` JSON. */
  sealed: z.string(),
  /** Milliseconds from receipt for which it may be used; at most `maxLeaseMs`. */
  ttl_ms: z.int().positive().max(maxLeaseMs),
});
export type LeaseResult = z.infer<typeof LeaseResult>;

/** What is inside a lease. Bound to the asker's tenant and integration so that it cannot be presented for another. */
export const LeasePayload = z.object({
  tenant: TenantId,
  integration: IntegrationId,
  connection: idSchema('connection'),
  credential_version: z.int().positive(),
  variables: z.record(z.string(), z.string()),
  credential: Credential,
});
export type LeasePayload = z.infer<typeof LeasePayload>;

/** `svc.vault.v1.revoked`: broadcast; executors drop matching leases at once. */
export const LeaseRevoked = z.object({
  tenant: TenantId,
  /** Omitted: every connection of the tenant. */
  connection: idSchema('connection').optional(),
});
export type LeaseRevoked = z.infer<typeof LeaseRevoked>;

/** Value of KV `credentials` at `<tenant>.<connection>.<credential_version>`: AWS Encryption SDK message over the credential JSON. */
export const StoredCredential = z.object({
  credential_version: z.int().positive(),
  /** Version of the tenant key that encrypted it. */
  tenant_key_version: z.int().positive(),
  message: z.string(),
});
export type StoredCredential = z.infer<typeof StoredCredential>;

/** Value of KV `tenant_keys` at `<tenant>.<version>`: the tenant key wrapped by the key service. */
export const StoredTenantKey = z.object({
  tenant: Scope,
  version: z.int().positive(),
  /** `local` or `aws-kms`, and the key service's own name of the wrapping key. */
  provider: z.string(),
  key_id: z.string(),
  wrapped: z.string(),
  created_at: z.string(),
});
export type StoredTenantKey = z.infer<typeof StoredTenantKey>;
