import { PatchbayError, type RemoveConnectionRequest, type RemoveConnectionResult } from '@patchbay/contracts';
import type { z } from 'zod';
import { type ConnectionRecord, toConnection } from '../domain/connection-record.ts';
import { auditedChange } from './audited-change.ts';
import type { BroadcastRevocation, Caller, ConnectionStore, CredentialStore, RecordAudit, Report } from './ports.ts';
import { deleteCredentials } from './replace-credential.ts';
import { settleDefault } from './settle-default.ts';

export interface RemoveConnectionPorts {
  readonly connections: ConnectionStore;
  readonly credentials: CredentialStore;
  readonly broadcastRevocation: BroadcastRevocation;
  readonly recordAudit: RecordAudit;
  readonly report: Report;
  readonly now: () => Date;
  /** Tells the vendor that the connection's token is no longer wanted; never throws. Settles with what came of it. */
  readonly revokeUpstream: (record: ConnectionRecord) => Promise<string>;
}

/**
 * Revokes a connection and deletes its credential. Doing it again finishes what an earlier try may have left, so a caller
 * that got an error can repeat it.
 * @throws PatchbayError `connection_missing`, `vault_unavailable`, `audit_unavailable`.
 */
export function removeConnection(ports: RemoveConnectionPorts) {
  return async (request: RemoveConnectionRequest, caller: Caller): Promise<z.input<typeof RemoveConnectionResult>> => {
    const { tenant, connection: id } = request;
    return auditedChange(
      ports,
      { tenant, type: 'dev.patchbay.connection.removed', connection: id },
      caller,
      async () => {
        // 1. Revoke: from here no new lease is given.
        const record = await revoke(ports, tenant, id);

        // 2. Take the leases back that were given.
        ports.broadcastRevocation({ tenant, connection: id });

        // 3. Have the vendor forget the token, while we still know it.
        const upstream = await ports.revokeUpstream(record);

        // 4. Delete the credential itself, in every version.
        await deleteCredentials(ports.credentials, record);

        // 5. If it was the default, the newest remaining connection of the integration takes its place.
        const standing = await settleDefault(ports.connections, tenant, record.integration, {
          connection: null,
          replace: false,
        });
        return {
          result: { connection: toConnection(record, standing) },
          facts: {
            integration: record.integration,
            credential_version: record.credential_version,
            new_default: standing,
            upstream,
          },
        };
      },
    );
  };
}

/** Marks the connection, whoever else changes it at the same moment. */
async function revoke(ports: RemoveConnectionPorts, tenant: string, id: string): Promise<ConnectionRecord> {
  for (;;) {
    const found = await ports.connections.get(tenant, id);
    if (found === null)
      throw new PatchbayError('connection_missing', { message: 'The tenant has no such connection.' });
    if (found.value.status === 'revoked') return found.value;
    const revoked: ConnectionRecord = { ...found.value, status: 'revoked', updated_at: ports.now().toISOString() };
    if (await ports.connections.replace(revoked, found.revision)) return revoked;
  }
}
