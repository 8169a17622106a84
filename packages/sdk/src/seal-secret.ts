import { routes, type SealedSecret } from '@patchbay/contracts';
import { createSealingKeys, type Messaging } from '@patchbay/messaging';

/** A secret as JSON, sealed to the vault's key here, so that nothing in between can read it. */
export async function sealSecret(messaging: Messaging, secret: unknown): Promise<SealedSecret> {
  const { public_key } = await messaging.request(routes.getVaultKey, {}, {});
  const keys = createSealingKeys();
  const sealed = keys.seal(new TextEncoder().encode(JSON.stringify(secret)), public_key);
  return { sender: keys.publicKey, ciphertext: Buffer.from(sealed).toString('base64') };
}
