import {
  Connection,
  ConnectionHealth,
  Credential,
  ErrorBody,
  GetConnectResult,
  IntegrationId,
  idSchema,
  maxOverlapS,
  PatchbayError,
  RotateCredentialResult,
  StartConnectRequest,
  StartConnectResult,
} from '@patchbay/contracts';
import { z } from 'zod';
import type { GatewayPorts } from './gateway-ports.ts';
import { type AnyRoute, route } from './http-route.ts';
import { cutPage, pageOf, pageQuery } from './page.ts';

const named = z.object({ connection: idSchema('connection') });
const audited = {
  kind: 'connection',
  target: ({ params }: { readonly params: { readonly connection: string } }) => params.connection,
};
const Tested = z.object({
  connection: Connection,
  /** `unchecked`: the integration's document has no health check. */
  state: z.enum([...ConnectionHealth.shape.state.options, 'unchecked']),
  error: ErrorBody.nullable(),
});

/**
 * A tenant's accounts at the services behind the tools. A credential that comes here in clear is sealed to the vault's key at
 * once, and held no longer.
 */
export function connectionsRoutes({ adminOf }: GatewayPorts): AnyRoute[] {
  const about = { tag: 'connections', of: 'tenant' } as const;
  const reads = { ...about, scope: 'connections:read' } as const;
  const writes = { ...about, scope: 'connections:write' } as const;
  return [
    route({
      ...reads,
      method: 'GET',
      path: '/v1/connections',
      operationId: 'listConnections',
      audited: { look: true, kind: 'connections', target: ({ tenant }) => tenant },
      summary: 'List connections; none shows its credential',
      query: z.strictObject({ ...pageQuery, integration: IntegrationId.optional() }),
      response: pageOf(Connection),
      handler: async ({ tenant, query }) =>
        cutPage(await adminOf(tenant).listConnections(query.integration), ({ id }) => id, query),
    }),
    route({
      ...reads,
      method: 'GET',
      path: '/v1/connections/{connection}',
      operationId: 'getConnection',
      audited: { look: true, kind: 'connection', target: ({ params }) => params.connection },
      summary: 'Look at a connection',
      params: named,
      response: Connection,
      etag: true,
      async handler({ tenant, params }) {
        const found = (await adminOf(tenant).listConnections()).find(({ id }) => id === params.connection);
        if (found !== undefined) return found;
        throw new PatchbayError('not_found', { message: `There is no connection ${params.connection}.` });
      },
    }),
    route({
      ...writes,
      method: 'POST',
      path: '/v1/connections',
      operationId: 'addConnection',
      repeatable: true,
      summary: 'Connect an account by a credential that one has',
      body: z.strictObject({
        integration: IntegrationId,
        credential: Credential,
        label: z.string().max(120).default(''),
        variables: z.record(z.string(), z.string().max(1_024)).default({}),
        make_default: z.boolean().default(false),
      }),
      response: Connection,
      status: 201,
      audited: { kind: 'connection', target: ({ body }) => body.integration },
      handler: ({ tenant, body: { make_default: makeDefault, ...connection } }) =>
        adminOf(tenant).addConnection({ ...connection, makeDefault }),
    }),
    route({
      ...writes,
      method: 'DELETE',
      path: '/v1/connections/{connection}',
      operationId: 'removeConnection',
      summary: 'Remove a connection and its credential',
      params: named,
      response: Connection,
      audited,
      handler: ({ tenant, params }) => adminOf(tenant).removeConnection(params.connection),
    }),
    route({
      ...writes,
      method: 'POST',
      path: '/v1/connections/{connection}/test',
      operationId: 'testConnection',
      summary: 'Try a connection by the cheap call that its integration names for it',
      params: named,
      response: Tested,
      audited,
      handler: ({ tenant, params }) => adminOf(tenant).testConnection(params.connection),
    }),
    route({
      ...writes,
      method: 'POST',
      path: '/v1/connections/{connection}/rotate',
      operationId: 'rotateConnection',
      repeatable: true,
      summary: 'Put another credential behind a connection',
      params: named,
      body: z.strictObject({
        credential: Credential,
        /** Seconds for which the present one is kept, to go back to. */
        overlap_s: z.int().min(0).max(maxOverlapS).optional(),
      }),
      response: RotateCredentialResult,
      audited,
      handler: ({ tenant, params, body: { credential, overlap_s: overlapS } }) =>
        adminOf(tenant).vault.rotateCredential(
          params.connection,
          credential,
          overlapS === undefined ? {} : { overlapS },
        ),
    }),
    route({
      ...writes,
      method: 'POST',
      path: '/v1/connections/{connection}/revert',
      operationId: 'revertConnection',
      summary: 'Go back to the credential before, while it is kept',
      params: named,
      response: RotateCredentialResult,
      audited,
      handler: ({ tenant, params }) => adminOf(tenant).vault.revertCredential(params.connection),
    }),
    route({
      ...writes,
      method: 'POST',
      path: '/v1/connects',
      operationId: 'startConnect',
      repeatable: true,
      summary: 'Begin to connect an account by OAuth: a link to follow, a code to type, or done',
      body: StartConnectRequest.omit({ tenant: true, sealed_subject_token: true }).extend({
        /** For the grant `token_exchange`. */
        subject_token: z.string().min(1).max(16_384).optional(),
      }),
      response: StartConnectResult,
      status: 201,
      audited: { kind: 'connect', target: ({ body }) => body.integration },
      handler: ({ tenant, body }) =>
        adminOf(tenant).oauth.connect({
          integration: body.integration,
          label: body.label,
          variables: body.variables,
          makeDefault: body.make_default,
          lifetimeS: body.lifetime_s,
          ...(body.connection !== undefined && { connection: body.connection }),
          ...(body.subject_token !== undefined && { subjectToken: body.subject_token }),
        }),
    }),
    route({
      ...reads,
      method: 'GET',
      path: '/v1/connects/{connect}',
      operationId: 'getConnect',
      summary: 'What became of a connect',
      params: z.object({ connect: idSchema('connect') }),
      response: GetConnectResult,
      handler: ({ tenant, params }) => adminOf(tenant).oauth.connectState(params.connect),
    }),
  ];
}
