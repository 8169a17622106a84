import { PatchbayError, type Tenant } from '@patchbay/contracts';
import { type AuditPorts, auditedChange } from '../audited-change.ts';
import type { Actor, IdentityStore } from '../ports.ts';

export interface TenantPorts extends AuditPorts {
  readonly store: IdentityStore;
  readonly now: () => number;
}

export interface TenantCaller {
  readonly actor: Actor;
  readonly traceId: string | null;
}

/** Makes a tenant that keys can belong to. Asked again, nothing changes. */
export function createTenant(ports: TenantPorts) {
  return async (
    { tenant, name }: { readonly tenant: string; readonly name: string },
    caller: TenantCaller,
  ): Promise<{ readonly tenant: Tenant; readonly created: boolean }> => {
    const known = await ports.store.readTenant(tenant);
    if (known !== null) return { tenant: known.row, created: false };
    const row: Tenant = { tenant, name, created_at: new Date(ports.now()).toISOString(), suspended_at: null };
    const change = { tenant, act: 'tenant_created' as const, target: { kind: 'tenant', id: tenant }, ...caller };
    const created = await auditedChange(ports, change, () => ports.store.createTenant(row));
    if (created) return { tenant: row, created };
    const other = await ports.store.readTenant(tenant);
    return { tenant: other?.row ?? row, created };
  };
}

/** Every tenant, by name, or one. */
export function listTenants({ store }: { readonly store: Pick<IdentityStore, 'tenants'> }) {
  return (): Tenant[] => [...store.tenants()].sort((a, b) => (a.tenant < b.tenant ? -1 : 1));
}

/** @throws PatchbayError `not_found`. */
export function showTenant({ store }: { readonly store: Pick<IdentityStore, 'findTenant'> }) {
  return (tenant: string): Tenant => store.findTenant(tenant) ?? refuse(tenant);
}

export function refuse(tenant: string): never {
  throw new PatchbayError('not_found', { message: `There is no tenant '${tenant}'.` });
}
