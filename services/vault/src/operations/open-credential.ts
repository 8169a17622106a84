import { Credential, PatchbayError } from '@patchbay/contracts';
import type { ConnectionRecord } from '../domain/connection-record.ts';
import type { ConnectionStore, CredentialBinding, CredentialCipher, CredentialStore } from './ports.ts';

export interface OpenCredentialPorts {
  readonly connections: Pick<ConnectionStore, 'get'>;
  readonly credentials: Pick<CredentialStore, 'get'>;
  readonly cipher: Pick<CredentialCipher, 'decrypt'>;
}

export interface OpenedCredential {
  /** As it was when the credential was read: a change may have come in between. */
  readonly record: ConnectionRecord;
  readonly credential: Credential;
}

/** What a version of the connection's credential is bound to. */
export function bindingOf(record: ConnectionRecord, version = record.credential_version): CredentialBinding {
  const { tenant, id, integration, variables } = record;
  return { tenant, connection: id, integration, version, variables };
}

/**
 * Reads and decrypts a connection's present credential, also when it is replaced at this moment.
 * @throws PatchbayError `connection_missing`, `vault_unavailable`.
 */
export async function openCredential(ports: OpenCredentialPorts, record: ConnectionRecord): Promise<OpenedCredential> {
  let current = record;
  for (;;) {
    const { tenant, id, credential_version: version } = current;
    const stored = await ports.credentials.get(tenant, id, version);
    if (stored !== null) {
      const plaintext = await ports.cipher.decrypt(bindingOf(current), stored).catch(async (error: unknown) => {
        // A rotation may have encrypted it anew and destroyed the key before.
        const again = await ports.credentials.get(tenant, id, version);
        if (again === null || again.message === stored.message) throw error;
        return ports.cipher.decrypt(bindingOf(current), again);
      });
      return { record: current, credential: parseCredential(plaintext) };
    }
    // A row goes when the connection has a newer one.
    const found = await ports.connections.get(tenant, id);
    if (found === null || found.value.status === 'revoked') throw connectionGone(record.integration);
    if (found.value.credential_version <= version) throw damaged('The credential that the connection names is gone.');
    current = found.value;
  }
}

export function connectionGone(integration: string): PatchbayError {
  return new PatchbayError('connection_missing', { details: { integration } });
}

function damaged(message: string): PatchbayError {
  return new PatchbayError('vault_unavailable', { message, retryable: false, details: { reason: 'integrity' } });
}

/** The credential in a plaintext, which is wiped. */
export function parseCredential(plaintext: Buffer): Credential {
  try {
    return Credential.parse(JSON.parse(plaintext.toString('utf8')));
  } catch {
    throw damaged('The decrypted credential is of no known form.');
  } finally {
    plaintext.fill(0);
  }
}
