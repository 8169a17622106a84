import { PatchbayError } from '@patchbay/contracts';
import type { TenantKeyStore } from '../encryption/tenant-key-store.ts';
import type { ConnectionStore, CredentialStore, Report } from '../operations/ports.ts';
import type { Erased } from './erase-again.ts';
import { inGroups } from './in-groups.ts';
import type { JobStore } from './ports.ts';

export interface WhatIsBackPorts {
  readonly store: Pick<JobStore, 'get'>;
  readonly keyStore: Pick<TenantKeyStore, 'list'>;
  readonly connections: Pick<ConnectionStore, 'get'>;
  readonly credentials: Pick<CredentialStore, 'get'>;
}

/** Connections looked at at once. */
const width = 16;

/** What of the erased is in the store as if it had never been erased; null: nothing. */
export function whatIsBack(ports: WhatIsBackPorts) {
  return async ({ tenant, connections }: Erased): Promise<Erased | null> => {
    if (connections.length === 0) return (await isTenantBack(ports, tenant)) ? { tenant, connections } : null;
    const back: string[] = [];
    for (const id of connections) if (await isConnectionBack(ports, tenant, id)) back.push(id);
    return back.length === 0 ? null : { tenant, connections: back };
  };
}

async function isTenantBack({ store, keyStore }: WhatIsBackPorts, tenant: string): Promise<boolean> {
  const found = await store.get(tenant);
  if (found?.job.kind !== 'erase_tenant') return true;
  return found.job.state !== 'running' && (await keyStore.list(tenant)).length > 0;
}

/** Revoking it is the first thing that is done anew, deleting its credential the last before its tenant's key is rotated. */
async function isConnectionBack(
  { connections, credentials }: WhatIsBackPorts,
  tenant: string,
  id: string,
): Promise<boolean> {
  const found = await connections.get(tenant, id);
  if (found === null) return false;
  const { status, credential_version: version } = found.value;
  return status !== 'revoked' || (await credentials.get(tenant, id, version)) !== null;
}

/**
 * Revokes erased connections that a restored store has as they were, so that none is lent meanwhile.
 * @throws PatchbayError `vault_unavailable` when the store is away: then it is not known whether there are any.
 */
export async function revokeErased(
  ports: {
    readonly connections: Pick<ConnectionStore, 'get' | 'replace'>;
    readonly report: Report;
    readonly now: () => Date;
  },
  erased: readonly Erased[],
): Promise<void> {
  for (const { tenant, connections } of erased)
    await inGroups(
      connections,
      width,
      async (id) => {
        try {
          await revoke(ports, tenant, id);
        } catch (error) {
          if (!(error instanceof PatchbayError) || error.body.retryable) throw error;
          // Nobody can read it, so nobody lends it.
          ports.report('error', 'an erased connection is not what was stored', { tenant, connection: id, err: error });
        }
      },
      async () => {},
    );
}

async function revoke(
  { connections, now }: Parameters<typeof revokeErased>[0],
  tenant: string,
  id: string,
): Promise<void> {
  for (;;) {
    const found = await connections.get(tenant, id);
    if (found === null || found.value.status === 'revoked') return;
    const revoked = { ...found.value, status: 'revoked' as const, updated_at: now().toISOString() };
    if (await connections.replace(revoked, found.revision)) return;
  }
}
