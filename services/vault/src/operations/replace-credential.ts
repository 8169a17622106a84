import { type Credential, PatchbayError } from '@patchbay/contracts';
import type { ConnectionRecord } from '../domain/connection-record.ts';
import { expiryOf, isRefreshable } from '../domain/credential-expiry.ts';
import { bindingOf, connectionGone, parseCredential } from './open-credential.ts';
import type { ConnectionStore, CredentialCipher, CredentialStore } from './ports.ts';
import { storeCredential } from './store-credential.ts';

export interface ReplaceCredentialPorts {
  readonly connections: Pick<ConnectionStore, 'get' | 'replace'>;
  readonly credentials: Pick<CredentialStore, 'get' | 'create' | 'delete' | 'read' | 'replace'>;
  readonly cipher: CredentialCipher;
  readonly now: () => Date;
}

/**
 * Stores a connection's next credential and makes it the one that counts: first the row, then the connection that names
 * it. A row without a connection that names it was left by a process that ended in between; what it holds was given to us
 * for good, so it is adopted, not overwritten. The row before stays until `forgetOlder` or the next replacement.
 *
 * @param seen the version that the new credential follows: when another came meanwhile, nothing is stored. Null: whatever.
 * @returns the connection afterwards, and whether the credential is in it.
 * @throws PatchbayError `connection_missing` when it was revoked, `vault_unavailable`.
 */
export async function replaceCredential(
  ports: ReplaceCredentialPorts,
  { tenant, id, seen }: { readonly tenant: string; readonly id: string; readonly seen: number | null },
  credential: Credential,
): Promise<{ readonly record: ConnectionRecord; readonly replaced: boolean }> {
  for (;;) {
    const { value: record, revision } = await present(ports, tenant, id);
    if (seen !== null && record.credential_version !== seen) return { record, replaced: false };
    const version = record.credential_version + 1;
    const plaintext = Buffer.from(JSON.stringify(credential));
    let created: boolean;
    try {
      created = (await storeCredential(ports, bindingOf(record, version), plaintext)) !== null;
    } finally {
      plaintext.fill(0);
    }
    if (!created) {
      const { record: adopted, replaced } = await adoptCredential(ports, { tenant, id });
      if (replaced && seen !== null) return { record: adopted, replaced: false };
      continue;
    }
    const next = await name(ports, version, credential, { value: record, revision });
    return { record: next, replaced: true };
  }
}

/**
 * Makes the row that follows the present version count, if there is one: what a process stored that ended before the
 * connection named it. @throws PatchbayError `connection_missing`, `vault_unavailable`.
 */
export async function adoptCredential(
  ports: ReplaceCredentialPorts,
  { tenant, id }: { readonly tenant: string; readonly id: string },
): Promise<{ readonly record: ConnectionRecord; readonly replaced: boolean }> {
  const found = await present(ports, tenant, id);
  const version = found.value.credential_version + 1;
  const stored = await ports.credentials.get(tenant, id, version);
  if (stored === null) return { record: found.value, replaced: false };
  const credential = parseCredential(await ports.cipher.decrypt(bindingOf(found.value, version), stored));
  return { record: await name(ports, version, credential, found), replaced: true };
}

/** Deletes the versions before the one that counts. */
export async function forgetOlder(
  credentials: Pick<CredentialStore, 'delete'>,
  { tenant, id, oldest_credential: oldest, credential_version: version }: ConnectionRecord,
): Promise<void> {
  for (let older = oldest; older < version; older++) await credentials.delete(tenant, id, older);
}

/** Deletes every version, one that the connection never came to name included. */
export async function deleteCredentials(
  credentials: Pick<CredentialStore, 'delete'>,
  record: ConnectionRecord,
): Promise<void> {
  await forgetOlder(credentials, { ...record, credential_version: record.credential_version + 2 });
}

/** Has the connection name the version, unless it does already or a later one; other changes of it are kept. */
async function name(
  ports: ReplaceCredentialPorts,
  version: number,
  credential: Credential,
  found: { readonly value: ConnectionRecord; readonly revision: number },
): Promise<ConnectionRecord> {
  const { tenant, id } = found.value;
  for (let { value, revision } = found; ; { value, revision } = await present(ports, tenant, id)) {
    if (value.credential_version >= version) return value;
    await forgetOlder(ports.credentials, value);
    const next: ConnectionRecord = {
      ...value,
      auth_type: credential.type,
      status: 'active',
      credential_version: version,
      health: null,
      credential_expires_at: expiryOf(credential),
      credential_stored_at: ports.now().toISOString(),
      refreshable: isRefreshable(credential),
      oldest_credential: value.credential_version,
      updated_at: ports.now().toISOString(),
    };
    if (await ports.connections.replace(next, revision)) return next;
  }
}

async function present(ports: ReplaceCredentialPorts, tenant: string, id: string) {
  const found = await ports.connections.get(tenant, id);
  if (found === null) throw new PatchbayError('connection_missing', { message: 'The tenant has no such connection.' });
  if (found.value.status === 'revoked') throw connectionGone(found.value.integration);
  return found;
}
