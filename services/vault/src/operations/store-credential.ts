import type { StoredCredential } from '@patchbay/contracts';
import type { CredentialBinding, CredentialCipher, CredentialStore } from './ports.ts';

export interface StoreCredentialPorts {
  readonly credentials: Pick<CredentialStore, 'create' | 'read' | 'replace'>;
  readonly cipher: Pick<CredentialCipher, 'encrypt' | 'isCurrent'>;
}

/** One row of a store. Every method throws PatchbayError `vault_unavailable` when the store does not answer. */
export interface Row {
  /** False when the row is there already. */
  create(stored: StoredCredential): Promise<boolean>;
  read(): Promise<{ value: StoredCredential; revision: number } | null>;
  /** False when it changed since `revision`. */
  replace(stored: StoredCredential, revision: number): Promise<boolean>;
}

/** Encrypts a credential and stores it in the row of its version: see `storeEncrypted`. */
export function storeCredential(
  { credentials, cipher }: StoreCredentialPorts,
  binding: CredentialBinding,
  plaintext: Uint8Array,
): Promise<StoredCredential | null> {
  const { tenant, connection, version } = binding;
  const row: Row = {
    create: (stored) => credentials.create(tenant, connection, stored),
    read: () => credentials.read(tenant, connection, version),
    replace: (stored, revision) => credentials.replace(tenant, connection, stored, revision),
  };
  return storeEncrypted(row, cipher, binding, plaintext);
}

/**
 * Encrypts something and stores it in a new row. A rotation of the tenant's key that begins in between may look at the
 * rows before this one is there, and destroy the key that it is under: so the current version is asked for once more
 * afterwards. Either the rotation sees the row, or this sees the rotation.
 * @returns what is stored, or null when the row was there already.
 * @throws PatchbayError `vault_unavailable`.
 */
export async function storeEncrypted(
  row: Row,
  cipher: StoreCredentialPorts['cipher'],
  binding: CredentialBinding,
  plaintext: Uint8Array,
): Promise<StoredCredential | null> {
  const { tenant } = binding;
  const stored = await cipher.encrypt(binding, plaintext);
  if (!(await row.create(stored))) return null;
  for (let under = stored; ; ) {
    if (await cipher.isCurrent(tenant, under.tenant_key_version)) return under;
    const found = await row.read();
    if (found === null) return under;
    under = found.value;
    if (await cipher.isCurrent(tenant, under.tenant_key_version)) return under;
    const again = await cipher.encrypt(binding, plaintext);
    if (await row.replace(again, found.revision)) under = again;
  }
}
