import { PatchbayError, type RotateTenantKeyRequest, type VaultJob } from '@patchbay/contracts';
import type { TenantKeyStore } from '../encryption/tenant-key-store.ts';
import { type StartJobPorts, startJob } from '../jobs/start-job.ts';
import type { Caller } from './ports.ts';

export interface StartRotationPorts extends StartJobPorts {
  readonly keyStore: Pick<TenantKeyStore, 'list'>;
}

/**
 * Starts the rotation of a tenant's key. @throws PatchbayError `invalid_request` when the tenant has none, `in_progress`,
 * `vault_unavailable`, `audit_unavailable`.
 */
export function startRotation(ports: StartRotationPorts) {
  return async ({ tenant }: RotateTenantKeyRequest, caller: Caller): Promise<{ job: VaultJob }> => {
    if ((await ports.keyStore.list(tenant)).length === 0)
      throw new PatchbayError('invalid_request', {
        message: `The tenant '${tenant}' has no key: nothing was ever stored for it.`,
        details: { issues: [{ path: 'tenant', message: 'has no key' }] },
      });
    return { job: await startJob(ports, { tenant, kind: 'rotate_tenant_key' }, caller) };
  };
}
