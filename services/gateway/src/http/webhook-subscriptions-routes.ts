import {
  AddSubscriptionRequest,
  ChangeSubscriptionRequest,
  routes as contracts,
  idSchema,
  PauseSubscriptionRequest,
  RotateSubscriptionKeyRequest,
  WebhookSubscription,
} from '@patchbay/contracts';
import { z } from 'zod';
import type { GatewayPorts } from './gateway-ports.ts';
import { type AnyRoute, route } from './http-route.ts';
import { cutPage, pageOf, pageQuery } from './page.ts';

const named = z.object({ subscription: idSchema('subscription') });
const audited = {
  kind: 'subscription',
  target: ({ params }: { readonly params: { readonly subscription: string } }) => params.subscription,
};
/** `signing_key` (`whsec_…`) signs deliveries to an HTTP target; null for any other. It is told this once. */
const Keyed = z.object({ subscription: WebhookSubscription, signing_key: z.string().nullable() });

/** Who gets which webhook events. */
export function webhookSubscriptionsRoutes({ ask, adminOf }: GatewayPorts): AnyRoute[] {
  const about = { tag: 'webhooks', of: 'tenant' } as const;
  const reads = { ...about, scope: 'webhooks:read' } as const;
  const writes = { ...about, scope: 'webhooks:write', audited } as const;
  return [
    route({
      ...reads,
      method: 'GET',
      path: '/v1/webhooks/subscriptions',
      operationId: 'listSubscriptions',
      summary: 'List subscriptions',
      query: z.strictObject({ ...pageQuery, source: idSchema('webhookSource').optional() }),
      response: pageOf(WebhookSubscription),
      async handler({ tenant, query: { source, ...page }, traceparent }) {
        const asked = { tenant, ...(source !== undefined && { source }) };
        const { subscriptions } = await ask(contracts.listSubscriptions, {}, asked, { traceparent });
        return cutPage(subscriptions, ({ id }) => id, page);
      },
    }),
    route({
      ...writes,
      method: 'POST',
      path: '/v1/webhooks/subscriptions',
      operationId: 'addSubscription',
      repeatable: true,
      summary: 'Deliver events of some types to agents, a URL, a tool, a plan or a session',
      description: 'The answer is the only one that ever holds the key that deliveries to a URL are signed with.',
      body: AddSubscriptionRequest.omit({ tenant: true, recipient: true }),
      response: Keyed,
      status: 201,
      audited: { kind: 'subscription', target: ({ body }) => body.name || body.target.kind },
      async handler({ tenant, body }) {
        const { subscription, signingKey } = await adminOf(tenant).webhooks.subscriptions.add(body);
        return { subscription, signing_key: signingKey };
      },
    }),
    route({
      ...reads,
      method: 'GET',
      path: '/v1/webhooks/subscriptions/{subscription}',
      operationId: 'getSubscription',
      summary: 'Look at a subscription',
      params: named,
      response: WebhookSubscription,
      etag: true,
      handler: async ({ tenant, params, traceparent }) =>
        (await ask(contracts.showSubscription, {}, { tenant, ...params }, { traceparent })).subscription,
    }),
    route({
      ...writes,
      method: 'PATCH',
      path: '/v1/webhooks/subscriptions/{subscription}',
      operationId: 'changeSubscription',
      summary: 'Change what is given; the target keeps its kind',
      params: named,
      body: ChangeSubscriptionRequest.omit({ tenant: true, subscription: true }),
      response: WebhookSubscription,
      handler: async ({ tenant, params, body, traceparent }) =>
        (await ask(contracts.changeSubscription, {}, { tenant, ...params, ...body }, { traceparent })).subscription,
    }),
    route({
      ...writes,
      method: 'DELETE',
      path: '/v1/webhooks/subscriptions/{subscription}',
      operationId: 'removeSubscription',
      summary: 'Remove a subscription, its keys, and what waits for it',
      params: named,
      response: WebhookSubscription,
      handler: async ({ tenant, params, traceparent }) =>
        (await ask(contracts.removeSubscription, {}, { tenant, ...params }, { traceparent })).subscription,
    }),
    route({
      ...writes,
      method: 'POST',
      path: '/v1/webhooks/subscriptions/{subscription}/pause',
      operationId: 'pauseSubscription',
      summary: 'Let events wait',
      params: named,
      body: PauseSubscriptionRequest.omit({ tenant: true, subscription: true }),
      response: WebhookSubscription,
      handler: async ({ tenant, params, body, traceparent }) =>
        (await ask(contracts.pauseSubscription, {}, { tenant, ...params, ...body }, { traceparent })).subscription,
    }),
    route({
      ...writes,
      method: 'POST',
      path: '/v1/webhooks/subscriptions/{subscription}/resume',
      operationId: 'resumeSubscription',
      summary: 'Deliver again, also what waited; one that was disabled too',
      params: named,
      response: WebhookSubscription,
      handler: async ({ tenant, params, traceparent }) =>
        (await ask(contracts.resumeSubscription, {}, { tenant, ...params }, { traceparent })).subscription,
    }),
    route({
      ...writes,
      method: 'POST',
      path: '/v1/webhooks/subscriptions/{subscription}/rotate-key',
      operationId: 'rotateSubscriptionKey',
      repeatable: true,
      summary: 'A new signing key; both sign until the overlap is over',
      params: named,
      body: RotateSubscriptionKeyRequest.pick({ overlap_ms: true }),
      response: Keyed,
      status: 201,
      async handler({ tenant, params, body }) {
        const { subscriptions } = adminOf(tenant).webhooks;
        const made = await subscriptions.rotateKey(params.subscription, { overlapMs: body.overlap_ms });
        return { subscription: made.subscription, signing_key: made.signingKey };
      },
    }),
  ];
}
