import type { VaultJob } from '@patchbay/contracts';
import type { ConnectionRecord } from '../domain/connection-record.ts';
import type { RootedKeyService } from '../encryption/key-service.ts';
import type { TenantKeyStore } from '../encryption/tenant-key-store.ts';
import type { TenantKeys } from '../encryption/tenant-keys.ts';
import type { BroadcastRevocation, ConnectionStore, CredentialStore } from '../operations/ports.ts';
import type { SecretStore } from '../secrets/secret-store.ts';
import { inGroups } from './in-groups.ts';
import type { JobInHand, JobTimes, JobWork } from './ports.ts';
import { deleteSecrets } from './secret-rows.ts';

export interface EraseTenantPorts {
  readonly tenantKeys: Pick<TenantKeys, 'destroyAll'>;
  readonly keyStore: Pick<TenantKeyStore, 'setErased'>;
  readonly keyService: Pick<RootedKeyService, 'destroyRoot'>;
  /** Remembers the erasure apart from the store. */
  readonly note: (job: VaultJob) => void;
  readonly connections: Pick<ConnectionStore, 'scan' | 'replace'>;
  readonly credentials: Pick<CredentialStore, 'scan' | 'delete'>;
  readonly secrets: Pick<SecretStore, 'scan' | 'delete'>;
  readonly broadcastRevocation: BroadcastRevocation;
  readonly removeClients: (tenant: string) => Promise<number>;
  readonly now: () => Date;
  readonly times: Pick<JobTimes, 'settleMs'>;
}

/** Rows in work at once. */
const width = 16;

/**
 * Makes everything unreadable that is encrypted for the tenant, and keeps it so: the order is from what works at once and
 * everywhere to what tidies up. All of it may be done again.
 */
export function eraseTenant(ports: EraseTenantPorts): JobWork {
  return async (hand) => {
    const { tenant, id: job } = hand.job;

    // 1. No key is made or used from here on: every vault reads this before it takes a key, at the latest after 30 s.
    ports.note(hand.job);
    await ports.keyStore.setErased({ tenant, erased_at: ports.now().toISOString(), job });

    // 2. Destroy the keys. Vaults drop what they hold, executors their leases.
    await destroy(ports, hand);
    ports.broadcastRevocation({ tenant });

    // 3. Destroy the root, without which no copy of the keys is of use, and none is made any more.
    await hand.save({ step: 'destroys the root' });
    await ports.keyService.destroyRoot(tenant);

    // 4. Revoke what led to them.
    await revokeAll(ports, hand);

    // 5. Whoever had looked before 1. and wrote since is done by now: take that too.
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
  await hand.save({ step: 'revokes connections', total: 0, done: 0 });
  await ports.removeClients(tenant);
  for await (const { rows, left } of ports.connections.scan(tenant, 0)) {
    if (hand.job.total === 0) await hand.save({ total: rows.length + left });
    const revokeOne = (row: (typeof rows)[number]) => revoke(ports, row.value, row.revision);
    await inGroups(rows, width, revokeOne, (group) =>
      hand.beat({ done: Math.min(hand.job.total, hand.job.done + group.rows.length) }),
    );
  }
  for await (const { rows } of ports.credentials.scan(tenant, 0)) {
    const deleteOne = (row: (typeof rows)[number]) => ports.credentials.delete(tenant, row.connection, row.version);
    await inGroups(rows, width, deleteOne, () => hand.beat());
  }
  await deleteSecrets(ports, hand);
}

/** Leaves of a connection that there was one; what people called it, and its variables, go. One that changes comes again. */
async function revoke(ports: EraseTenantPorts, record: ConnectionRecord, revision: number): Promise<void> {
  if (record.status === 'revoked' && record.label === '' && Object.keys(record.variables).length === 0) return;
  const updated_at = ports.now().toISOString();
  await ports.connections.replace({ ...record, status: 'revoked', label: '', variables: {}, updated_at }, revision);
}
