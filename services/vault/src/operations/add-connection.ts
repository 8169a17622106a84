import {
  type AddConnectionRequest,
  type AddConnectionResult,
  buckets,
  newId,
  PatchbayError,
} from '@patchbay/contracts';
import type { z } from 'zod';
import { type ConnectionRecord, toConnection } from '../domain/connection-record.ts';
import { expiryOf } from '../domain/credential-expiry.ts';
import { auditedChange } from './audited-change.ts';
import { openSealedCredential } from './open-sealed-credential.ts';
import type {
  Caller,
  ConnectionStore,
  CredentialCipher,
  CredentialStore,
  RecordAudit,
  Report,
  Sealer,
} from './ports.ts';
import { settleDefault } from './settle-default.ts';

export interface AddConnectionPorts {
  readonly connections: ConnectionStore;
  readonly credentials: CredentialStore;
  readonly cipher: CredentialCipher;
  readonly sealer: Sealer;
  readonly recordAudit: RecordAudit;
  readonly report: Report;
  readonly now: () => Date;
  /** Longest credential, as bytes of JSON. */
  readonly maxCredentialBytes: number;
}

/**
 * Stores a credential and the connection in front of it. An integration's first connection becomes its default.
 * @throws PatchbayError `invalid_request` for an unusable sealed credential, `vault_unavailable`, `audit_unavailable`.
 */
export function addConnection(ports: AddConnectionPorts) {
  return async (request: AddConnectionRequest, caller: Caller): Promise<z.input<typeof AddConnectionResult>> => {
    // 1. Open the credential; nothing is stored or recorded of one that is not usable.
    const { credential, plaintext } = openSealedCredential(
      ports.sealer,
      request.sealed_credential,
      ports.maxCredentialBytes,
    );
    const at = ports.now();
    const record: ConnectionRecord = {
      id: newId('connection', at.getTime()),
      tenant: request.tenant,
      integration: request.integration,
      label: request.label,
      auth_type: credential.type,
      status: 'active',
      variables: request.variables,
      created_at: at.toISOString(),
      updated_at: at.toISOString(),
      credential_version: 1,
      credential_expires_at: expiryOf(credential),
      oldest_credential: 1,
    };
    const { tenant, integration, id } = record;
    try {
      assertStorable(record);
      return await auditedChange(
        ports,
        { tenant, type: 'dev.patchbay.connection.added', connection: id, integration },
        caller,
        async () => {
          // 2. Encrypt, and store the credential before the connection that promises it.
          const stored = await ports.cipher.encrypt(
            { tenant, connection: id, integration, version: 1, variables: record.variables },
            plaintext,
          );
          if (!(await ports.credentials.create(tenant, id, stored)))
            throw new PatchbayError('internal', { message: "A new connection's id is already taken." });
          await ports.connections.create(record);

          // 3. Make it the default when asked to, or when the integration has no usable one.
          const standing = await settleDefault(ports.connections, tenant, integration, {
            connection: id,
            replace: request.make_default,
          });
          return {
            result: { connection: toConnection(record, standing) },
            facts: {
              auth_type: record.auth_type,
              credential_version: 1,
              tenant_key_version: stored.tenant_key_version,
              is_default: standing === id,
            },
          };
        },
      );
    } finally {
      plaintext.fill(0);
    }
  };
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
