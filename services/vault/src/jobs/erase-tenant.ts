import type { ConnectionRecord } from '../domain/connection-record.ts';
import type { TenantKeyStore } from '../encryption/tenant-key-store.ts';
import type { TenantKeys } from '../encryption/tenant-keys.ts';
import type { BroadcastRevocation, ConnectionStore, CredentialStore } from '../operations/ports.ts';
import { deleteCredentials } from '../operations/replace-credential.ts';
import type { JobInHand, JobTimes, JobWork } from './ports.ts';

export interface EraseTenantPorts {
  readonly tenantKeys: Pick<TenantKeys, 'destroyAll'>;
  readonly keyStore: Pick<TenantKeyStore, 'setErased'>;
  readonly connections: Pick<ConnectionStore, 'list' | 'get' | 'replace'>;
  readonly credentials: Pick<CredentialStore, 'delete'>;
  readonly broadcastRevocation: BroadcastRevocation;
  readonly removeClients: (tenant: string) => Promise<number>;
  readonly now: () => Date;
  readonly times: Pick<JobTimes, 'settleMs'>;
}

/**
 * Makes everything unreadable that is encrypted for the tenant, and keeps it so: the order is from what works at once and
 * everywhere to what tidies up. All of it may be done again.
 */
export function eraseTenant(ports: EraseTenantPorts): JobWork {
  return async (hand) => {
    const { tenant, id: job } = hand.job;

    // 1. No key is made or used from here on: every vault reads this before it takes a key, at the latest after 30 s.
    await ports.keyStore.setErased({ tenant, erased_at: ports.now().toISOString(), job });

    // 2. Destroy the keys. Vaults drop what they hold, executors their leases.
    await destroy(ports, hand);
    ports.broadcastRevocation({ tenant });

    // 3. Revoke what led to them.
    await revokeAll(ports, hand);

    // 4. Whoever had looked before 1. and wrote since is done by now: take that too.
    await hand.save({ step: 'waits for writers' });
    await hand.rest(ports.times.settleMs);
    await destroy(ports, hand);
    await revokeAll(ports, hand);
    ports.broadcastRevocation({ tenant });
  };
}

async function destroy(ports: EraseTenantPorts, hand: JobInHand): Promise<void> {
  const destroyed = await ports.tenantKeys.destroyAll(hand.job.tenant);
  await hand.save({ step: 'destroys keys', keys_destroyed: hand.job.keys_destroyed + destroyed });
}

async function revokeAll(ports: EraseTenantPorts, hand: JobInHand): Promise<void> {
  const { tenant } = hand.job;
  const { connections } = await ports.connections.list(tenant);
  await hand.save({ step: 'revokes connections', total: connections.length, done: 0 });
  await ports.removeClients(tenant);
  for (const [i, record] of connections.entries()) {
    await deleteCredentials(ports.credentials, await revoke(ports, record));
    await hand.beat({ done: i + 1 });
  }
}

/** Leaves of a connection that there was one; what people called it, and its variables, go. */
async function revoke(ports: EraseTenantPorts, { tenant, id }: ConnectionRecord): Promise<ConnectionRecord> {
  for (;;) {
    const found = await ports.connections.get(tenant, id);
    if (found === null) throw new Error('a connection record is never deleted');
    const { value, revision } = found;
    if (value.status === 'revoked' && value.label === '' && Object.keys(value.variables).length === 0) return value;
    const updated_at = ports.now().toISOString();
    const revoked: ConnectionRecord = { ...value, status: 'revoked', label: '', variables: {}, updated_at };
    if (await ports.connections.replace(revoked, revision)) return revoked;
  }
}
