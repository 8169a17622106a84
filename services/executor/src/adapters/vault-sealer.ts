import { PatchbayError, routes, type SealedSecret, type WebhookSecretValue } from '@patchbay/contracts';
import type { Messaging, SealingKeys } from '@patchbay/messaging';

/** Asks the vault for its key, once; what it gives seals secrets that the vault alone can open. */
export async function sealToVault(
  messaging: Pick<Messaging, 'request'>,
  keys: SealingKeys,
): Promise<(secret: WebhookSecretValue) => SealedSecret> {
  const { public_key } = await messaging.request(routes.getVaultKey, {}, {}).catch((error) => {
    throw new PatchbayError('vault_unavailable', { cause: error });
  });
  return (secret) => ({
    sender: keys.publicKey,
    ciphertext: Buffer.from(keys.seal(Buffer.from(JSON.stringify(secret)), public_key)).toString('base64'),
  });
}
