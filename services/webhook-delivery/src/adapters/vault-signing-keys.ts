import { randomBytes } from 'node:crypto';
import { newId, type SealedSecret } from '@patchbay/contracts';
import type { SealingKeys } from '@patchbay/messaging';
import type { WebhookSecrets } from '@patchbay/webhook-secrets';
import { refused } from '../operations/find-subscription.ts';
import type { SigningKeys } from '../operations/signing-keys.ts';
import { keyPrefix } from './sign-webhook.ts';

/** Bytes of a new key; the specification asks for 24 to 64. */
const keyBytes = 32;

/** Signing keys in the vault. `keys` seals a new one to whoever asked for it. */
export function createVaultSigningKeys(secrets: WebhookSecrets, keys: SealingKeys, now: () => number): SigningKeys {
  return {
    async create(tenant, subscription, recipient) {
      const value = keyPrefix + randomBytes(keyBytes).toString('base64');
      // Whoever cannot be told must be known before there is a key.
      const sealed = recipient === undefined ? null : sealTo(keys, value, recipient);
      const id = newId('webhookSecret');
      await secrets.keep({ tenant, owner: subscription, id, value });
      return { entry: { id, created_at: new Date(now()).toISOString(), expires_at: null }, sealed };
    },
    async drop(tenant, subscription, secretId) {
      await secrets.drop({ tenant, owner: subscription, ...(secretId !== undefined && { id: secretId }) });
    },
  };
}

function sealTo(keys: SealingKeys, value: string, recipient: string): SealedSecret {
  try {
    const sealed = keys.seal(new TextEncoder().encode(JSON.stringify({ value })), recipient);
    return { sender: keys.publicKey, ciphertext: Buffer.from(sealed).toString('base64') };
  } catch {
    throw refused('recipient', 'The recipient is not an xkey public key.');
  }
}
