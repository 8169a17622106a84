import { PatchbayError, type Tenant } from '@patchbay/contracts';
import { auditedChange } from '../audited-change.ts';
import { refuse, type TenantCaller, type TenantPorts } from './create-tenant.ts';

/** Suspends or resumes a tenant: whether its keys are taken. Asked again, nothing changes. @throws PatchbayError `not_found`. */
export function suspendTenant(ports: TenantPorts) {
  return async (
    { tenant, suspended }: { readonly tenant: string; readonly suspended: boolean },
    caller: TenantCaller,
  ): Promise<Tenant> => {
    const read = (await ports.store.readTenant(tenant)) ?? refuse(tenant);
    if ((read.row.suspended_at !== null) === suspended) return read.row;
    const row: Tenant = { ...read.row, suspended_at: suspended ? new Date(ports.now()).toISOString() : null };
    const act = suspended ? ('tenant_suspended' as const) : ('tenant_resumed' as const);
    const change = { tenant, act, target: { kind: 'tenant', id: tenant }, ...caller };
    await auditedChange(ports, change, async () => {
      if (!(await ports.store.updateTenant(row, read.revision)))
        throw new PatchbayError('overloaded', { message: 'The tenant is being changed by another.' });
    });
    return row;
  };
}
