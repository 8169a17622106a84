import type { StoredCredential } from '@patchbay/contracts';
import type { CredentialBinding, CredentialCipher, CredentialStore } from './ports.ts';

export interface StoreCredentialPorts {
  readonly credentials: Pick<CredentialStore, 'create' | 'read' | 'replace'>;
  readonly cipher: Pick<CredentialCipher, 'encrypt' | 'isCurrent'>;
}

/**
 * Encrypts a credential and stores it in a new row. A rotation of the tenant's key that begins in between may look at the
 * rows before this one is there, and destroy the key that it is under: so the current version is asked for once more
 * afterwards. Either the rotation sees the row, or this sees the rotation.
 * @returns what is stored, or null when there was a row of that version already.
 * @throws PatchbayError `vault_unavailable`.
 */
export async function storeCredential(
  { credentials, cipher }: StoreCredentialPorts,
  binding: CredentialBinding,
  plaintext: Uint8Array,
): Promise<StoredCredential | null> {
  const { tenant, connection, version } = binding;
  const stored = await cipher.encrypt(binding, plaintext);
  if (!(await credentials.create(tenant, connection, stored))) return null;
  for (let under = stored; ; ) {
    if (await cipher.isCurrent(tenant, under.tenant_key_version)) return under;
    const row = await credentials.read(tenant, connection, version);
    if (row === null) return under;
    under = row.value;
    if (await cipher.isCurrent(tenant, under.tenant_key_version)) return under;
    const again = await cipher.encrypt(binding, plaintext);
    if (await credentials.replace(tenant, connection, again, row.revision)) under = again;
  }
}
