import { buckets, type Connection, type Credential, newId, PatchbayError } from '@patchbay/contracts';
import { type ConnectionRecord, toConnection } from '../domain/connection-record.ts';
import { expiryOf, isRefreshable } from '../domain/credential-expiry.ts';
import { auditedChange } from './audited-change.ts';
import { bindingOf } from './open-credential.ts';
import type { Caller, ConnectionStore, CredentialCipher, CredentialStore, RecordAudit, Report } from './ports.ts';
import { settleDefault } from './settle-default.ts';
import { storeCredential } from './store-credential.ts';

export interface CreateConnectionPorts {
  readonly connections: ConnectionStore;
  readonly credentials: CredentialStore;
  readonly cipher: CredentialCipher;
  readonly recordAudit: RecordAudit;
  readonly report: Report;
  readonly now: () => Date;
}

export interface ConnectionDetails {
  readonly tenant: string;
  readonly integration: string;
  readonly label: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly make_default: boolean;
}

/**
 * Stores a credential and the connection in front of it. An integration's first connection becomes its default.
 * @throws PatchbayError `invalid_request` for variables that are too large, `vault_unavailable`, `audit_unavailable`.
 */
export async function createConnection(
  ports: CreateConnectionPorts,
  details: ConnectionDetails,
  credential: Credential,
  caller: Caller,
): Promise<Connection> {
  const at = ports.now();
  const record: ConnectionRecord = {
    id: newId('connection', at.getTime()),
    tenant: details.tenant,
    integration: details.integration,
    label: details.label,
    auth_type: credential.type,
    status: 'active',
    variables: { ...details.variables },
    created_at: at.toISOString(),
    updated_at: at.toISOString(),
    credential_version: 1,
    health: null,
    credential_expires_at: expiryOf(credential),
    credential_stored_at: at.toISOString(),
    refreshable: isRefreshable(credential),
    oldest_credential: 1,
  };
  const { tenant, integration, id } = record;
  assertStorable(record);
  return auditedChange(
    ports,
    { tenant, type: 'dev.patchbay.connection.added', connection: id, integration },
    caller,
    async () => {
      // 1. Encrypt, and store the credential before the connection that promises it.
      const plaintext = Buffer.from(JSON.stringify(credential));
      const stored = await storeCredential(ports, bindingOf(record), plaintext).finally(() => plaintext.fill(0));
      if (stored === null) throw new PatchbayError('internal', { message: "A new connection's id is already taken." });
      await ports.connections.create(record);

      // 2. Make it the default when asked to, or when the integration has no usable one.
      const standing = await settleDefault(ports.connections, tenant, integration, {
        connection: id,
        replace: details.make_default,
      });
      return {
        result: toConnection(record, standing),
        facts: {
          auth_type: record.auth_type,
          credential_version: 1,
          tenant_key_version: stored.tenant_key_version,
          is_default: standing === id,
        },
      };
    },
  );
}

/** A stored value's headers count toward the bucket's limit. */
const headerAllowanceBytes = 1_024;

function assertStorable(record: ConnectionRecord): void {
  const maxBytes = buckets.connections.maxValueBytes - headerAllowanceBytes;
  if (Buffer.byteLength(JSON.stringify(record)) <= maxBytes) return;
  throw new PatchbayError('invalid_request', {
    message: `The connection's variables are too large: with them it may have ${maxBytes} bytes.`,
    details: { issues: [{ path: 'variables', message: 'too large' }], max_bytes: maxBytes },
  });
}
