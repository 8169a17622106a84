import {
  AddSourceRequest,
  AddSourceSecretRequest,
  ChangeSourceRequest,
  routes as contracts,
  idSchema,
  KeptRequest,
  RemoveSourceResult,
  StoredKeptRequest,
  UpstreamOrder,
  WebhookSourceView,
} from '@patchbay/contracts';
import { z } from 'zod';
import type { GatewayPorts } from './gateway-ports.ts';
import { type AnyRoute, route } from './http-route.ts';
import { cutPage, pageOf, pageQuery } from './page.ts';

const named = z.object({ source: idSchema('webhookSource') });
const secretText = z.string().min(1).max(4_096);
const audited = {
  kind: 'webhook_source',
  target: ({ params }: { readonly params: { readonly source: string } }) => params.source,
};
/** What one gives for a new source, besides how its requests are told to be the vendor's. */
const { name, variant, settings, public_url, dedup_window_h } = AddSourceRequest.shape;
/** As many as the ingress tells at once. */
const mostKept = 200;

/** URLs at which a tenant takes webhooks, and requests to them that became no event. */
export function webhookSourcesRoutes({ ask, adminOf }: GatewayPorts): AnyRoute[] {
  const about = { tag: 'webhooks', of: 'tenant' } as const;
  const reads = { ...about, scope: 'webhooks:read' } as const;
  const writes = { ...about, scope: 'webhooks:write' } as const;
  return [
    route({
      ...reads,
      method: 'GET',
      path: '/v1/webhooks/sources',
      operationId: 'listWebhookSources',
      summary: 'List sources; none shows its secrets',
      query: z.strictObject(pageQuery),
      response: pageOf(WebhookSourceView),
      handler: async ({ tenant, query, traceparent }) =>
        cutPage((await ask(contracts.listSources, {}, { tenant }, { traceparent })).sources, ({ id }) => id, query),
    }),
    route({
      ...writes,
      method: 'POST',
      path: '/v1/webhooks/sources',
      operationId: 'addWebhookSource',
      repeatable: true,
      summary: 'Make a URL at which webhooks are taken; somebody enters it at the vendor',
      description:
        '`mode: capture` makes a bin: everything that comes is kept for a day and becomes no event. A secret is sealed to the vault at once; leave it out where the vendor’s handshake brings it.',
      body: z.strictObject({
        name,
        mode: AddSourceRequest.shape.mode,
        scheme: AddSourceRequest.shape.scheme,
        variant,
        settings,
        public_url,
        dedup_window_h,
        secret: secretText.optional(),
      }),
      response: WebhookSourceView,
      status: 201,
      audited: { kind: 'webhook_source', target: ({ body }) => body.scheme ?? body.mode },
      handler: ({ tenant, body: { secret, ...source } }) =>
        adminOf(tenant).webhooks.sources.add({ ...source, ...(secret !== undefined && { secret }) }),
    }),
    route({
      ...writes,
      method: 'POST',
      path: '/v1/webhooks/sources/register',
      operationId: 'registerWebhookSource',
      repeatable: true,
      summary: 'Make a source and have its vendor told of it, through a connection',
      description:
        'Takes as long as the vendor does, at most half a minute. When it fails and something may be left at the vendor, `details.source` names a source to remove.',
      body: z.strictObject({
        name,
        variant,
        settings,
        public_url,
        dedup_window_h,
        connection: UpstreamOrder.shape.connection,
        events: UpstreamOrder.shape.events.optional(),
        arguments: UpstreamOrder.shape.arguments.optional(),
      }),
      response: WebhookSourceView,
      status: 201,
      audited: { kind: 'webhook_source', target: ({ body }) => body.connection },
      handler: ({ tenant, body: { events, arguments: args, ...source } }) =>
        adminOf(tenant).webhooks.sources.register({
          ...source,
          ...(events !== undefined && { events }),
          ...(args !== undefined && { arguments: args }),
        }),
    }),
    route({
      ...reads,
      method: 'GET',
      path: '/v1/webhooks/sources/{source}',
      operationId: 'getWebhookSource',
      summary: 'Look at a source and its URL',
      params: named,
      response: WebhookSourceView,
      etag: true,
      handler: async ({ tenant, params, traceparent }) =>
        (await ask(contracts.showSource, {}, { tenant, ...params }, { traceparent })).source,
    }),
    route({
      ...writes,
      method: 'PATCH',
      path: '/v1/webhooks/sources/{source}',
      operationId: 'changeWebhookSource',
      summary: 'Change what is given; null gives a field back to its default',
      params: named,
      body: ChangeSourceRequest.omit({ tenant: true, source: true }),
      response: WebhookSourceView,
      audited,
      handler: async ({ tenant, params, body, traceparent }) =>
        (await ask(contracts.changeSource, {}, { tenant, ...params, ...body }, { traceparent })).source,
    }),
    route({
      ...writes,
      method: 'DELETE',
      path: '/v1/webhooks/sources/{source}',
      operationId: 'removeWebhookSource',
      summary: 'End its URL and destroy its secrets; events that came stay',
      description:
        'One that is registered is removed at its vendor first. `force` removes it here whatever the vendor says.',
      params: named,
      query: z.strictObject({ force: z.boolean().default(false) }),
      response: RemoveSourceResult,
      audited,
      handler: ({ tenant, params, query, traceparent }) =>
        ask(contracts.removeSource, {}, { tenant, ...params, ...query }, { traceparent }),
    }),
    route({
      ...writes,
      method: 'POST',
      path: '/v1/webhooks/sources/{source}/secrets',
      operationId: 'addWebhookSourceSecret',
      repeatable: true,
      summary: 'A further secret; those before end after the overlap',
      params: named,
      body: z.strictObject({ secret: secretText, overlap_ms: AddSourceSecretRequest.shape.overlap_ms }),
      response: WebhookSourceView,
      status: 201,
      audited,
      handler: ({ tenant, params, body: { secret, overlap_ms: overlapMs } }) =>
        adminOf(tenant).webhooks.sources.addSecret(params.source, secret, { overlapMs }),
    }),
    route({
      ...writes,
      method: 'DELETE',
      path: '/v1/webhooks/sources/{source}/secrets/{secret}',
      operationId: 'removeWebhookSourceSecret',
      summary: 'End one secret at once',
      params: named.extend({ secret: idSchema('webhookSecret') }),
      response: WebhookSourceView,
      audited,
      handler: async ({ tenant, params: { source, secret }, traceparent }) =>
        (await ask(contracts.removeSourceSecret, {}, { tenant, source, secret_id: secret }, { traceparent })).source,
    }),
    route({
      ...reads,
      method: 'GET',
      path: '/v1/webhooks/sources/{source}/rejected',
      operationId: 'listRejectedWebhooks',
      audited: { look: true, kind: 'webhook_source', target: ({ params }) => params.source },
      summary: 'Requests of the last day that became no event, newest first: at which step, and why',
      params: named,
      query: z.strictObject({ ...pageQuery, kind: KeptRequest.shape.kind.optional() }),
      response: pageOf(KeptRequest),
      async handler({ tenant, params, query: { kind, ...page }, traceparent }) {
        const asked = { tenant, ...params, limit: mostKept, ...(kind !== undefined && { kind }) };
        const { requests } = await ask(contracts.listRejected, {}, asked, { traceparent });
        return cutPage(requests, ({ id }) => id, page);
      },
    }),
    route({
      ...reads,
      method: 'GET',
      path: '/v1/webhooks/sources/{source}/rejected/{request}',
      operationId: 'getRejectedWebhook',
      audited: { look: true, kind: 'webhook_source', target: ({ params }) => params.source },
      summary: 'One of them with its headers, its body, and what the signature was computed over',
      params: named.extend({ request: idSchema('webhookRequest') }),
      response: StoredKeptRequest,
      handler: async ({ tenant, params, traceparent }) =>
        (await ask(contracts.showRejected, {}, { tenant, ...params }, { traceparent })).request,
    }),
  ];
}
