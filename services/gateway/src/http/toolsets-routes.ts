import { routes as contracts, platformScope, Scope, Toolset, ToolsetName, ToolsetView } from '@patchbay/contracts';
import { z } from 'zod';
import type { GatewayPorts } from './gateway-ports.ts';
import { type AnyRoute, route } from './http-route.ts';
import { cutPage, pageOf, pageQuery } from './page.ts';

const named = z.object({ toolset: ToolsetName });
const audited = {
  kind: 'toolset',
  target: ({ params }: { readonly params: { readonly toolset: string } }) => params.toolset,
};

/** Named choices of tools: a tenant's own and the platform's. */
export function toolsetsRoutes({ ask }: GatewayPorts): AnyRoute[] {
  const about = { tag: 'tools', of: 'any' } as const;
  return [
    route({
      ...about,
      method: 'GET',
      path: '/v1/toolsets',
      operationId: 'listToolsets',
      summary: 'List the toolsets that the tenant can name',
      scope: 'tools:read',
      query: z.strictObject(pageQuery),
      response: pageOf(ToolsetView),
      async handler({ tenant, query, traceparent }) {
        const { toolsets } = await ask(contracts.listToolsets, {}, { scope: tenant }, { traceparent });
        return cutPage(toolsets, ({ name }) => name, query);
      },
    }),
    route({
      ...about,
      method: 'GET',
      path: '/v1/toolsets/{toolset}',
      operationId: 'getToolset',
      summary: 'What a toolset comes to',
      scope: 'tools:read',
      params: named,
      response: ToolsetView,
      etag: true,
      handler: async ({ tenant, params, traceparent }) =>
        (await ask(contracts.showToolset, {}, { scope: tenant, name: params.toolset }, { traceparent })).toolset,
    }),
    route({
      ...about,
      method: 'PUT',
      path: '/v1/toolsets/{toolset}',
      operationId: 'setToolset',
      guarded: true,
      summary: 'Make a toolset, or change it',
      scope: 'toolsets:write',
      params: named,
      body: Toolset,
      response: z.object({ toolset: ToolsetView, created: z.boolean() }),
      audited,
      handler: ({ tenant, params, body, traceparent }) =>
        ask(contracts.setToolset, {}, { ...body, scope: tenant, name: params.toolset }, { traceparent }),
    }),
    route({
      ...about,
      method: 'DELETE',
      path: '/v1/toolsets/{toolset}',
      operationId: 'removeToolset',
      summary: 'Remove a toolset of one’s own',
      scope: 'toolsets:write',
      params: named,
      response: z.object({ scope: Scope.default(platformScope), name: ToolsetName }),
      audited,
      handler: ({ tenant, params, traceparent }) =>
        ask(contracts.removeToolset, {}, { scope: tenant, name: params.toolset }, { traceparent }),
    }),
  ];
}
