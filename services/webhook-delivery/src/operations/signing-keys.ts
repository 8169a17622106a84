import type { SealedSecret, WebhookSecretEntry } from '@patchbay/contracts';

/** A new signing key, by now in the vault. */
export interface NewSigningKey {
  readonly entry: WebhookSecretEntry;
  /** Sealed to whoever asked; null when nobody is to be told. */
  readonly sealed: SealedSecret | null;
}

/** The keys that deliveries to HTTP targets are signed with. They lie in the vault. */
export interface SigningKeys {
  /** @throws PatchbayError `vault_unavailable`, `invalid_request` when it cannot be sealed to `recipient`. */
  create(tenant: string, subscription: string, recipient: string | undefined): Promise<NewSigningKey>;
  /** Destroys one, or all of a subscription. @throws PatchbayError `vault_unavailable`. */
  drop(tenant: string, subscription: string, secretId?: string): Promise<void>;
}

/** Most signing keys of one subscription that count at a time: the one in use, and the one before. */
export const maxLiveKeys = 2;

/** The keys that count at a moment, newest first. */
export function liveKeys(entries: readonly WebhookSecretEntry[], now: number): WebhookSecretEntry[] {
  return entries
    .filter(({ expires_at }) => expires_at === null || Date.parse(expires_at) > now)
    .toSorted((a, b) => (a.created_at < b.created_at ? 1 : -1));
}
