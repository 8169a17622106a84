import type {
  EraseConnectionRequest,
  EraseTenantRequest,
  RemoveConnectionRequest,
  RemoveConnectionResult,
  VaultJob,
} from '@patchbay/contracts';
import type { z } from 'zod';
import { type StartJobPorts, startJob } from '../jobs/start-job.ts';
import type { Caller } from './ports.ts';

/** Starts to erase a tenant, or names the erasure under way. Errors as of `startJob`. */
export function startTenantErasure(ports: StartJobPorts) {
  return async ({ tenant }: EraseTenantRequest, caller: Caller): Promise<{ job: VaultJob }> => ({
    job: await startJob(ports, { tenant, kind: 'erase_tenant' }, caller),
  });
}

export interface EraseConnectionPorts extends StartJobPorts {
  readonly removeConnection: (
    request: RemoveConnectionRequest,
    caller: Caller,
  ) => Promise<z.input<typeof RemoveConnectionResult>>;
}

/**
 * Removes a connection and starts to rotate the tenant's key, so that no copy of its credential decrypts. A caller that got
 * an error can repeat it. Errors as of removing a connection and of `startJob`.
 */
export function startConnectionErasure(ports: EraseConnectionPorts) {
  return async (request: EraseConnectionRequest, caller: Caller): Promise<{ job: VaultJob }> => {
    await ports.removeConnection(request, caller);
    const { tenant, connection } = request;
    return { job: await startJob(ports, { tenant, kind: 'erase_connection', connection }, caller) };
  };
}
