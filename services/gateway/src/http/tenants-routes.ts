import { PatchbayError, platformScope, Tenant, TenantId } from '@patchbay/contracts';
import { z } from 'zod';
import type { GatewayPorts } from './gateway-ports.ts';
import { type AnyRoute, route } from './http-route.ts';
import { callerOf } from './keys-routes.ts';
import { cutPage, pageOf, pageQuery } from './page.ts';

const named = z.object({ tenant: TenantId });

/** Tenants: the platform makes and suspends them; from within one, only that one is seen. */
export function tenantsRoutes({ identity }: GatewayPorts): AnyRoute[] {
  const seen = (tenant: string) => (one: Tenant) => tenant === platformScope || one.tenant === tenant;
  const change = (verb: 'suspend' | 'resume') =>
    route({
      method: 'POST',
      path: `/v1/tenants/{tenant}/${verb}`,
      operationId: `${verb}Tenant`,
      summary: verb === 'suspend' ? 'Take none of the tenant’s keys any more' : 'Take the tenant’s keys again',
      tag: 'tenants',
      of: 'platform',
      scope: 'tenants:write',
      params: named,
      response: Tenant,
      handler: (call) =>
        identity.suspendTenant({ tenant: call.params.tenant, suspended: verb === 'suspend' }, callerOf(call)),
    });
  return [
    route({
      method: 'GET',
      path: '/v1/tenants',
      operationId: 'listTenants',
      summary: 'List tenants by name',
      tag: 'tenants',
      of: 'any',
      scope: 'tenants:read',
      query: z.strictObject(pageQuery),
      response: pageOf(Tenant),
      handler: async ({ tenant, query }) =>
        cutPage(identity.listTenants().filter(seen(tenant)), (one) => one.tenant, query),
    }),
    route({
      method: 'GET',
      path: '/v1/tenants/{tenant}',
      operationId: 'getTenant',
      summary: 'Look at a tenant',
      tag: 'tenants',
      of: 'any',
      scope: 'tenants:read',
      params: named,
      response: Tenant,
      etag: true,
      async handler({ tenant, params }) {
        const one = identity.showTenant(params.tenant);
        if (seen(tenant)(one)) return one;
        throw new PatchbayError('not_found', { message: `There is no tenant '${params.tenant}'.` });
      },
    }),
    route({
      method: 'POST',
      path: '/v1/tenants',
      operationId: 'createTenant',
      repeatable: true,
      summary: 'Make a tenant',
      description: 'Asked again for one that is there, nothing changes.',
      tag: 'tenants',
      of: 'platform',
      scope: 'tenants:write',
      body: z.strictObject({ tenant: TenantId, name: z.string().max(120).default('') }),
      response: z.object({ tenant: Tenant, created: z.boolean() }),
      handler: (call) => identity.createTenant(call.body, callerOf(call)),
    }),
    change('suspend'),
    change('resume'),
  ];
}
