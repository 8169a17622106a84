import { IssuerSettings, SignOutTarget, TrustedIssuer } from '@patchbay/contracts';
import { z } from 'zod';
import type { GatewayPorts } from './gateway-ports.ts';
import { type AnyRoute, route } from './http-route.ts';
import { callerOf } from './keys-routes.ts';
import { cutPage, pageOf, pageQuery } from './page.ts';

/** The issuer whose tokens a tenant takes. These operations audit themselves. */
export function issuersRoutes({ identity }: GatewayPorts): AnyRoute[] {
  const about = { tag: 'keys', of: 'tenant', scope: 'keys:write' } as const;
  return [
    route({
      tag: 'keys',
      of: 'any',
      scope: 'keys:read',
      method: 'GET',
      path: '/v1/issuers',
      operationId: 'listIssuers',
      audited: { look: true, kind: 'issuers', target: ({ tenant }) => tenant },
      summary: 'The OpenID Connect issuer that the tenant trusts; for the platform, those of all tenants',
      query: z.strictObject(pageQuery),
      response: pageOf(TrustedIssuer),
      handler: async ({ tenant, query }) =>
        cutPage(identity.listIssuers(tenant.startsWith('_') ? null : tenant), (one) => one.tenant, query),
    }),
    route({
      ...about,
      method: 'PUT',
      path: '/v1/issuers',
      operationId: 'setIssuer',
      summary: 'Take the tokens of an OpenID Connect issuer, in the place of the one before',
      description:
        'The issuer is asked for its keys at once. No role can be given by a claim that may do more than whoever sets it. Whoever is signed in by a token signs in anew.',
      body: IssuerSettings,
      response: z.object({ issuer: TrustedIssuer, created: z.boolean() }),
      handler: (call) => identity.setIssuer({ ...call.body, tenant: call.tenant }, callerOf(call)),
    }),
    route({
      ...about,
      method: 'DELETE',
      path: '/v1/issuers',
      operationId: 'removeIssuer',
      summary: 'Take no tokens of the issuer any more, and end what is open under them',
      response: TrustedIssuer,
      handler: (call) => identity.removeIssuer({ tenant: call.tenant }, callerOf(call)),
    }),
    route({
      ...about,
      method: 'POST',
      path: '/v1/issuers/sign-out',
      operationId: 'signOut',
      summary: 'Take one token no more, or all that a subject or anyone has, and end what is open under them',
      body: SignOutTarget,
      response: TrustedIssuer,
      handler: (call) => identity.signOut({ tenant: call.tenant, target: call.body }, callerOf(call)),
    }),
  ];
}
