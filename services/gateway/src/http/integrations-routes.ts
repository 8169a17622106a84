import {
  routes as contracts,
  DeprecateRequest,
  DeprecateResult,
  DiffRequest,
  DiffResult,
  GetIntegrationResult,
  InstallResult,
  IntegrationId,
  ListChoicesResult,
  PatchbayError,
  PinResult,
  platformScope,
  RegisterRequest,
  RegisterResult,
  RetireResult,
  Version,
} from '@patchbay/contracts';
import { z } from 'zod';
import { IntegrationSummary, integrationsOf } from '../operations/list-integrations.ts';
import type { GatewayPorts } from './gateway-ports.ts';
import { type AnyRoute, route } from './http-route.ts';
import { cutPage, pageOf, pageQuery } from './page.ts';

const named = z.object({ integration: IntegrationId });
const oneVersion = z.strictObject({ version: Version.optional() });
const audited = {
  kind: 'integration',
  target: ({ params }: { readonly params: { readonly integration: string } }) => params.integration,
};

/** Documents that tools come from: a tenant's own, or with a key of the platform everybody's. */
export function integrationsRoutes({ ask, agentOf }: GatewayPorts): AnyRoute[] {
  const about = { tag: 'integrations', of: 'any' } as const;
  const writes = { ...about, scope: 'integrations:write', params: named, audited } as const;
  return [
    route({
      ...about,
      of: 'tenant',
      method: 'GET',
      path: '/v1/integrations',
      operationId: 'listIntegrations',
      summary: 'List the integrations whose tools the tenant can call',
      scope: 'integrations:read',
      query: z.strictObject(pageQuery),
      response: pageOf(IntegrationSummary),
      handler: async ({ tenant, query }) => cutPage(await integrationsOf(agentOf(tenant)), ({ id }) => id, query),
    }),
    route({
      ...about,
      method: 'GET',
      path: '/v1/integrations/{integration}',
      operationId: 'getIntegration',
      summary: 'Look at a document and the versions there are; the tenant’s own, else everybody’s',
      scope: 'integrations:read',
      params: named,
      query: oneVersion,
      response: GetIntegrationResult,
      etag: true,
      async handler({ tenant, params, query, traceparent }) {
        const of = (scope: string) =>
          ask(contracts.getIntegration, {}, { scope, ...params, ...query }, { traceparent });
        if (tenant === platformScope) return of(tenant);
        return of(tenant).catch((error: unknown) => {
          if (error instanceof PatchbayError && error.code === 'tool_not_found') return of(platformScope);
          throw error;
        });
      },
    }),
    route({
      ...about,
      method: 'POST',
      path: '/v1/integrations',
      operationId: 'registerIntegration',
      repeatable: true,
      summary: 'Register a document, or only check it',
      scope: 'integrations:write',
      body: RegisterRequest.omit({ scope: true }),
      response: RegisterResult,
      audited: { kind: 'integration', target: () => 'registered' },
      handler: ({ tenant, body, traceparent }) =>
        ask(contracts.registerIntegration, {}, { scope: tenant, ...body }, { traceparent }),
    }),
    route({
      ...writes,
      method: 'DELETE',
      path: '/v1/integrations/{integration}',
      operationId: 'retireIntegration',
      summary: 'Retire one version, or the whole integration',
      query: oneVersion,
      response: RetireResult,
      handler: ({ tenant, params, query, traceparent }) =>
        ask(contracts.retireIntegration, {}, { scope: tenant, ...params, ...query }, { traceparent }),
    }),
    route({
      ...about,
      method: 'POST',
      path: '/v1/integrations/{integration}/diff',
      operationId: 'diffIntegration',
      summary: 'What a version, or a document that is not stored, changes of another',
      scope: 'integrations:read',
      params: named,
      body: DiffRequest.omit({ scope: true, integration: true }),
      response: DiffResult,
      handler: ({ tenant, params, body, traceparent }) =>
        ask(contracts.diffIntegration, {}, { scope: tenant, ...params, ...body }, { traceparent }),
    }),
    route({
      ...about,
      method: 'GET',
      path: '/v1/integration-choices',
      operationId: 'listIntegrationChoices',
      summary: 'Which versions are pinned, and what is installed or hidden',
      scope: 'integrations:read',
      query: z.strictObject(pageQuery),
      response: pageOf(ListChoicesResult.shape.choices.element),
      async handler({ tenant, query, traceparent }) {
        const { choices } = await ask(contracts.listChoices, {}, { scope: tenant }, { traceparent });
        return cutPage(choices, ({ integration }) => integration ?? 'all', query);
      },
    }),
    route({
      ...writes,
      method: 'PUT',
      path: '/v1/integrations/{integration}/pin',
      operationId: 'pinIntegration',
      summary: 'Say which version calls mean that name none; null: the latest',
      body: z.strictObject({ version: Version.nullable() }),
      response: PinResult,
      handler: ({ tenant, params, body, traceparent }) =>
        ask(contracts.pinIntegration, {}, { scope: tenant, ...params, ...body }, { traceparent }),
    }),
    route({
      ...writes,
      method: 'POST',
      path: '/v1/integrations/{integration}/rollback',
      operationId: 'rollBackIntegration',
      summary: 'Pin the version before the one that is served',
      response: PinResult,
      handler: ({ tenant, params, traceparent }) =>
        ask(contracts.rollBackIntegration, {}, { scope: tenant, ...params }, { traceparent }),
    }),
    route({
      ...writes,
      method: 'PUT',
      path: '/v1/integrations/{integration}/installed',
      operationId: 'installIntegration',
      summary: 'Say whether its tools are there for the tenant; null takes back what was said',
      body: z.strictObject({ installed: z.boolean().nullable() }),
      response: InstallResult,
      handler: ({ tenant, params, body, traceparent }) =>
        ask(contracts.installIntegration, {}, { scope: tenant, ...params, ...body }, { traceparent }),
    }),
    route({
      ...writes,
      method: 'PUT',
      path: '/v1/integrations/{integration}/deprecation',
      operationId: 'deprecateIntegration',
      summary: 'Say that a version, or all, should be used no more; null takes it back',
      body: DeprecateRequest.omit({ scope: true, integration: true }),
      response: DeprecateResult,
      handler: ({ tenant, params, body, traceparent }) =>
        ask(contracts.deprecateIntegration, {}, { scope: tenant, ...params, ...body }, { traceparent }),
    }),
  ];
}
