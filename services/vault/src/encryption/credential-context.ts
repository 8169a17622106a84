import { createHash } from 'node:crypto';
import type { CredentialBinding } from '../operations/ports.ts';

/**
 * The encryption context of a credential: authenticated with every message and compared pair by pair on decryption. A
 * ciphertext moved to another tenant, connection, integration, version or set of variables no longer decrypts.
 */
export function credentialContext(binding: CredentialBinding): Record<string, string> {
  const variables = Object.entries(binding.variables).sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    connection: binding.connection,
    field: 'credential',
    integration: binding.integration,
    tenant: binding.tenant,
    variables: createHash('sha256').update(JSON.stringify(variables)).digest('base64url'),
    version: String(binding.version),
  };
}
