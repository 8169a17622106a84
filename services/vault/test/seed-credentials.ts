import { randomBytes } from 'node:crypto';
import { newId } from '@patchbay/contracts';
import type { ConnectionRecord } from '../src/domain/connection-record.ts';
import { createCredentialCipher } from '../src/encryption/credential-cipher.ts';
import { bindingOf } from '../src/operations/open-credential.ts';
import { inTurns, type VaultParts } from './vault-parts.ts';

/**
 * Stores connections with their credentials as a vault leaves them, many at once: the tenant's key is asked for once, and
 * nothing is audited. @returns the ids in the order of the tokens.
 */
export async function seedCredentials(
  { tenantKeys, connections, credentials }: VaultParts,
  tenant: string,
  tokens: readonly string[],
): Promise<string[]> {
  const key = await tenantKeys.forEncryption(tenant);
  const cipher = createCredentialCipher({ ...tenantKeys, forEncryption: async () => key });
  return inTurns(tokens, 64, async (token) => {
    const record = recordOf(tenant);
    const stored = await cipher.encrypt(bindingOf(record), Buffer.from(JSON.stringify({ type: 'bearer', token })));
    await Promise.all([credentials.create(tenant, record.id, stored), connections.create(record)]);
    return record.id;
  });
}

function recordOf(tenant: string): ConnectionRecord {
  const now = new Date().toISOString();
  return {
    id: newId('connection'),
    tenant,
    integration: `i${randomBytes(6).toString('hex')}`,
    label: '',
    auth_type: 'bearer',
    status: 'active',
    variables: {},
    created_at: now,
    updated_at: now,
    credential_version: 1,
    health: null,
    credential_expires_at: null,
    credential_stored_at: now,
    refreshable: false,
    oldest_credential: 1,
  };
}
