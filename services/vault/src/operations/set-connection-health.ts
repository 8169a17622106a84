import { PatchbayError, type SetConnectionHealthRequest, type SetConnectionHealthResult } from '@patchbay/contracts';
import type { z } from 'zod';
import { type ConnectionRecord, toConnection } from '../domain/connection-record.ts';
import type { ConnectionStore } from './ports.ts';

export interface SetConnectionHealthPorts {
  readonly connections: Pick<ConnectionStore, 'get' | 'replace' | 'getDefault'>;
  readonly now: () => Date;
}

/**
 * Keeps what trying a connection's credential showed. The trial itself was an execution and is in the audit log as one.
 * @throws PatchbayError `connection_missing`; `vault_unavailable`.
 */
export function setConnectionHealth({ connections, now }: SetConnectionHealthPorts) {
  return async ({
    tenant,
    connection: id,
    credential_version: version,
    state,
    code,
  }: SetConnectionHealthRequest): Promise<z.input<typeof SetConnectionHealthResult>> => {
    for (;;) {
      const found = await connections.get(tenant, id);
      if (found === null || found.value.status === 'revoked')
        throw new PatchbayError('connection_missing', { message: 'The tenant has no such connection.' });
      const { value: record, revision } = found;
      const shown = async (one: ConnectionRecord) => ({
        connection: toConnection(one, (await connections.getDefault(tenant, one.integration)).connection),
      });
      // What was tried is not what would be lent now.
      if (record.credential_version !== version) return shown(record);
      const next: ConnectionRecord = { ...record, health: { state, code, checked_at: now().toISOString() } };
      if (await connections.replace(next, revision)) return shown(next);
    }
  };
}
