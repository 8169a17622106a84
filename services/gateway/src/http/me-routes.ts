import { AccessScope, Role, Scope } from '@patchbay/contracts';
import { z } from 'zod';
import { type AnyRoute, route } from './http-route.ts';

/** Who asks, to whoever holds a key, whatever it may do. */
export function meRoutes(): AnyRoute[] {
  return [
    route({
      method: 'GET',
      path: '/v1/me',
      operationId: 'getMe',
      summary: 'What the key that one sends is, and what it may do',
      tag: 'keys',
      scope: null,
      of: 'any',
      response: z.object({
        kind: z.enum(['key', 'jwt']),
        id: z.string(),
        /** `_platform` for operators of all tenants. */
        tenant: Scope,
        role: Role,
        scopes: z.array(AccessScope),
        agent: z.string().nullable(),
      }),
      handler: async ({ principal: { kind, id, tenant, role, scopes, agent } }) => ({
        kind,
        id,
        tenant,
        role,
        scopes: AccessScope.options.filter((scope) => scopes.has(scope)),
        agent,
      }),
    }),
  ];
}
