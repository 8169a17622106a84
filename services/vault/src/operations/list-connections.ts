import type { ListConnectionsRequest, ListConnectionsResult } from '@patchbay/contracts';
import type { z } from 'zod';
import { toConnection } from '../domain/connection-record.ts';
import type { Caller, ConnectionStore, RecordAudit } from './ports.ts';

export interface ListConnectionsPorts {
  readonly connections: ConnectionStore;
  readonly recordAudit: RecordAudit;
}

/**
 * The tenant's connections, oldest first, revoked ones too: their status says so.
 * @throws PatchbayError `vault_unavailable`, or `audit_unavailable` when the look could not be recorded.
 */
export function listConnections({ connections, recordAudit }: ListConnectionsPorts) {
  return async (request: ListConnectionsRequest, caller: Caller): Promise<z.input<typeof ListConnectionsResult>> => {
    // 1. Read.
    const found = await connections.list(request.tenant);
    const records = found.connections
      .filter((record) => request.integration === undefined || record.integration === request.integration)
      .sort((a, b) => (a.id < b.id ? -1 : 1));

    // 2. Record who looked, before anything is shown.
    await recordAudit({
      tenant: request.tenant,
      class: 'connection',
      type: 'dev.patchbay.connection.listed',
      subject: request.tenant,
      data: {
        actor: { kind: 'admin', id: 'admin' },
        target: { kind: 'tenant', id: request.tenant },
        outcome: 'succeeded',
        ...(request.integration !== undefined && { integration: request.integration }),
        ...(caller.traceId !== null && { trace_id: caller.traceId }),
        facts: { connections: records.length },
      },
    });

    // 3. Answer.
    return {
      connections: records.map((record) => toConnection(record, found.defaults.get(record.integration) ?? null)),
    };
  };
}
