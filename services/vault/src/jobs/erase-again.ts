import { setTimeout as wait } from 'node:timers/promises';
import type { TenantKeyStore } from '../encryption/tenant-key-store.ts';
import type { Report } from '../operations/ports.ts';
import type { JobStore, JobTimes } from './ports.ts';

export interface EraseAgainPorts {
  /** Tenants that are erased for certain: what stands of them is destroyed. */
  readonly tenants: readonly string[];
  readonly store: Pick<JobStore, 'get'>;
  readonly keyStore: Pick<TenantKeyStore, 'list'>;
  /** Begins an erasure, or finds the one under way. */
  readonly start: (tenant: string) => Promise<unknown>;
  readonly report: Report;
  readonly times: Pick<JobTimes, 'retryMs'>;
}

/**
 * Erases anew what came back with a restored store: a tenant whose job or whose keys are not as the erasure left them.
 * Until that is done the tenant is refused anyway. Tries again what fails, until the signal.
 */
export async function eraseAgain(ports: EraseAgainPorts, signal: AbortSignal): Promise<void> {
  for (const tenant of ports.tenants) {
    while (!signal.aborted) {
      try {
        if (await isGone(ports, tenant)) break;
        ports.report('warn', 'an erased tenant is in the store again, and is erased anew', { tenant });
        await ports.start(tenant);
        break;
      } catch (error) {
        ports.report('warn', 'a tenant could not be erased anew yet', { tenant, err: error });
        await wait(ports.times.retryMs, undefined, { signal, ref: false }).catch(() => {});
      }
    }
  }
}

async function isGone({ store, keyStore }: EraseAgainPorts, tenant: string): Promise<boolean> {
  const found = await store.get(tenant);
  if (found?.job.kind !== 'erase_tenant') return false;
  return found.job.state === 'running' || (await keyStore.list(tenant)).length === 0;
}
