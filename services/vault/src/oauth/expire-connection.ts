import type { ConnectionRecord } from '../domain/connection-record.ts';
import type { ConnectionStore } from '../operations/ports.ts';

export interface ExpireConnectionPorts {
  readonly connections: Pick<ConnectionStore, 'get' | 'replace'>;
  readonly announceExpired: (record: ConnectionRecord, reason: 'refresh_refused' | 'no_refresh_token') => void;
  readonly now: () => Date;
}

/**
 * Marks a connection whose token ended for good, unless it has got another credential meanwhile, and tells those who listen.
 * @throws PatchbayError `vault_unavailable`.
 */
export async function expireConnection(
  ports: ExpireConnectionPorts,
  { tenant, id, seen }: { readonly tenant: string; readonly id: string; readonly seen: number },
  reason: 'refresh_refused' | 'no_refresh_token',
): Promise<void> {
  for (;;) {
    const found = await ports.connections.get(tenant, id);
    if (found === null || found.value.status !== 'active' || found.value.credential_version !== seen) return;
    const next: ConnectionRecord = { ...found.value, status: 'expired', updated_at: ports.now().toISOString() };
    if (!(await ports.connections.replace(next, found.revision))) continue;
    ports.announceExpired(next, reason);
    return;
  }
}
