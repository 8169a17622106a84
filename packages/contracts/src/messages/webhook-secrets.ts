import { z } from 'zod';
import { idSchema, TenantId } from '../ids.ts';
import { XKey } from './vault.ts';

/** Whose secrets they are, and who alone may touch them: a source's the ingress, a subscription's the delivery, a sink's the audit service. */
export const SecretOwner = z.union([idSchema('webhookSource'), idSchema('subscription'), idSchema('auditSink')]);

/** Most secrets of one owner: two while one takes the other's place, and twice that for vendors that sign with several. */
export const maxOwnerSecrets = 4;

/** What is sealed on the way to the vault and back, as JSON. Never blank: an empty key would sign for everybody. */
export const WebhookSecretValue = z.strictObject({ value: z.string().min(1).max(16_384).regex(/\S/) });
export type WebhookSecretValue = z.infer<typeof WebhookSecretValue>;

/** Base64 of a sealed `WebhookSecretValue`. */
const Sealed = z.string().min(1).max(32_768);

/**
 * `svc.vault.v1.secrets.<caller>.keep`: stores a secret under (tenant, owner, secret id). Keeping the same value under the same id
 * again changes nothing; another value under it is `invalid_request`. So is one more than `maxOwnerSecrets`.
 */
export const KeepSecretRequest = z.strictObject({
  tenant: TenantId,
  owner: SecretOwner,
  secret_id: idSchema('webhookSecret'),
  /** Sealed to the vault's key (`svc.vault.v1.key`) by whoever holds `public_key`: the caller, or the operator it asks for. */
  sealed: Sealed,
  public_key: XKey,
});
export type KeepSecretRequest = z.infer<typeof KeepSecretRequest>;
export const KeepSecretResult = z.object({ secret_id: idSchema('webhookSecret') });
export type KeepSecretResult = z.infer<typeof KeepSecretResult>;

/** Longest time for which a service may keep a lent secret, in milliseconds: erasure is complete after it. */
export const maxSecretLifeMs = 60_000;

/** `svc.vault.v1.secrets.<caller>.lend`: every secret of an owner, none if it has none. Good for `maxSecretLifeMs`. */
export const LendSecretsRequest = z.strictObject({
  tenant: TenantId,
  owner: SecretOwner,
  /** The asking process's xkey; the answer is sealed to it. */
  public_key: XKey,
});
export type LendSecretsRequest = z.infer<typeof LendSecretsRequest>;
export const LendSecretsResult = z.object({
  secrets: z.array(z.object({ secret_id: idSchema('webhookSecret'), sealed: Sealed })),
  /** The vault's key that sealed them. */
  public_key: z.string(),
});
export type LendSecretsResult = z.infer<typeof LendSecretsResult>;

/** What is inside a lent secret, as JSON. Bound to its owner, so that it cannot be presented for another's. */
export const LentSecret = WebhookSecretValue.extend({
  tenant: TenantId,
  owner: SecretOwner,
  secret_id: idSchema('webhookSecret'),
});
export type LentSecret = z.infer<typeof LentSecret>;

/** `svc.vault.v1.secrets.<caller>.drop`: destroys one secret, or all of an owner. What is not there counts as dropped before. */
export const DropSecretsRequest = z.strictObject({
  tenant: TenantId,
  owner: SecretOwner,
  secret_id: idSchema('webhookSecret').optional(),
});
export type DropSecretsRequest = z.infer<typeof DropSecretsRequest>;
export const DropSecretsResult = z.object({ dropped: z.int().nonnegative() });
export type DropSecretsResult = z.infer<typeof DropSecretsResult>;

/** `svc.vault.v1.secrets.dropped`: broadcast; whoever holds copies forgets them at once. */
export const SecretsDropped = z.object({
  tenant: TenantId,
  /** Omitted: every owner's of the tenant. */
  owner: SecretOwner.optional(),
});
export type SecretsDropped = z.infer<typeof SecretsDropped>;
