import { PatchbayError, WebhookSecretValue } from '@patchbay/contracts';
import type { CredentialCipher } from '../operations/ports.ts';
import { type SecretRow, type SecretStore, secretBindingOf } from './secret-store.ts';

/**
 * The value of a stored secret, also when it is encrypted anew at this moment; null when it was dropped meanwhile.
 * @throws PatchbayError `vault_unavailable`, with `details.reason` `integrity` or `tenant_key` when the row is not what was
 *   stored for this owner.
 */
export async function openSecret(
  ports: { readonly secrets: Pick<SecretStore, 'read'>; readonly cipher: Pick<CredentialCipher, 'decrypt'> },
  { name, value: stored }: SecretRow,
): Promise<string | null> {
  if (stored === null) throw damaged(`The stored secret '${name.id}' is damaged.`);
  const binding = secretBindingOf(name);
  const plaintext = await ports.cipher.decrypt(binding, stored).catch(async (error: unknown) => {
    // A rotation may have encrypted it anew and destroyed the key before.
    const again = await ports.secrets.read(name);
    if (again === null) return null;
    if (again.value.message === stored.message) throw error;
    return ports.cipher.decrypt(binding, again.value);
  });
  return plaintext === null ? null : valueIn(plaintext);
}

/** The value in a plaintext, which is wiped. */
function valueIn(plaintext: Buffer): string {
  try {
    return WebhookSecretValue.parse(JSON.parse(plaintext.toString('utf8'))).value;
  } catch {
    throw damaged('The decrypted secret is of no known form.');
  } finally {
    plaintext.fill(0);
  }
}

function damaged(message: string): PatchbayError {
  return new PatchbayError('vault_unavailable', { message, retryable: false, details: { reason: 'integrity' } });
}
