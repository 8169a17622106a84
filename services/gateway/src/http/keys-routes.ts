import { ApiKey, idSchema, keyOverlapMs, NewApiKey } from '@patchbay/contracts';
import { actorOf } from '@patchbay/identity';
import { traceIdOf } from '@patchbay/service-kit';
import { z } from 'zod';
import type { KeyCaller } from '../operations/keys/key-ports.ts';
import type { GatewayPorts } from './gateway-ports.ts';
import { type AnyRoute, type RouteCall, route } from './http-route.ts';
import { cutPage, pageOf, pageQuery } from './page.ts';

const named = z.object({ key: idSchema('apiKey') });
/** `secret` is the whole key, `pbk_…`. It is told this once. */
const Made = z.object({ key: ApiKey, secret: z.string() });

export const callerOf = ({ principal, traceparent }: RouteCall): KeyCaller => ({
  actor: actorOf(principal),
  scopes: principal.scopes,
  traceId: traceIdOf(traceparent),
});

/** API keys of a tenant, or of the platform. These operations audit themselves. */
export function keysRoutes({ identity }: GatewayPorts): AnyRoute[] {
  const about = { tag: 'keys', of: 'any' } as const;
  return [
    route({
      ...about,
      method: 'GET',
      path: '/v1/keys',
      operationId: 'listKeys',
      audited: { look: true, kind: 'api_keys', target: ({ tenant }) => tenant },
      summary: 'List API keys, newest first; ended ones too',
      scope: 'keys:read',
      query: z.strictObject(pageQuery),
      response: pageOf(ApiKey),
      handler: async ({ tenant, query }) => cutPage(identity.listKeys(tenant), ({ id }) => id, query),
    }),
    route({
      ...about,
      method: 'POST',
      path: '/v1/keys',
      operationId: 'createKey',
      repeatable: true,
      summary: 'Make an API key',
      description:
        'The answer is the only one that ever holds the secret. No key can be given a scope that its maker does not hold.',
      scope: 'keys:write',
      body: NewApiKey,
      response: Made,
      status: 201,
      async handler(call) {
        const { key, text } = await identity.createKey({ ...call.body, tenant: call.tenant }, callerOf(call));
        return { key, secret: text };
      },
    }),
    route({
      ...about,
      method: 'GET',
      path: '/v1/keys/{key}',
      operationId: 'getKey',
      audited: { look: true, kind: 'api_key', target: ({ params }) => params.key },
      summary: 'Look at an API key',
      scope: 'keys:read',
      params: named,
      response: ApiKey,
      etag: true,
      handler: async ({ tenant, params }) => identity.showKey(tenant, params.key),
    }),
    route({
      ...about,
      method: 'POST',
      path: '/v1/keys/{key}/rotate',
      operationId: 'rotateKey',
      repeatable: true,
      summary: 'Make a key that takes this one’s place',
      description: 'The present one goes on for `overlap_ms`, by default a day and at most 30 days, and then ends.',
      scope: 'keys:write',
      params: named,
      body: z.strictObject({ overlap_ms: z.int().min(0).max(keyOverlapMs.most).default(keyOverlapMs.default) }),
      response: Made.extend({ replaced: ApiKey }),
      status: 201,
      async handler(call) {
        const asked = { tenant: call.tenant, key: call.params.key, overlap_ms: call.body.overlap_ms };
        const { key, text, replaced } = await identity.rotateKey(asked, callerOf(call));
        return { key, secret: text, replaced };
      },
    }),
    route({
      ...about,
      method: 'DELETE',
      path: '/v1/keys/{key}',
      operationId: 'revokeKey',
      summary: 'End a key, and everything that is open under it',
      scope: 'keys:write',
      params: named,
      response: ApiKey,
      handler: (call) => identity.revokeKey({ tenant: call.tenant, key: call.params.key }, callerOf(call)),
    }),
  ];
}
