import {
  ChangeWebhookDeadLettersRequest,
  ChangeWebhookDeadLettersResult,
  routes as contracts,
  Delivery,
  idSchema,
  ListDeliveriesRequest,
  ListDeliveriesResult,
  ListWebhookDeadLettersRequest,
  ListWebhookEventsRequest,
  ReplayWebhooksRequest,
  ReplayWebhooksResult,
  ShowWebhookDeadLetterResult,
  ShowWebhookEventRequest,
  ShowWebhookEventResult,
  WebhookDeadLetter,
  WebhookEventSummary,
} from '@patchbay/contracts';
import { z } from 'zod';
import type { GatewayPorts } from './gateway-ports.ts';
import { type AnyRoute, route } from './http-route.ts';
import { cutPage, pageOf, pageQuery } from './page.ts';

const namedDelivery = z.object({ delivery: idSchema('delivery') });
const DeadLettersAsked = ChangeWebhookDeadLettersRequest.omit({ tenant: true });
/** As many dead letters as can be paged through; `from` and `to` reach the others. */
const mostDeadLetters = 1_000;

/** Webhook events, their way to subscriptions, and what was given up. */
export function webhookDeliveriesRoutes({ ask }: GatewayPorts): AnyRoute[] {
  const about = { tag: 'webhooks', of: 'tenant' } as const;
  const reads = { ...about, scope: 'webhooks:read' } as const;
  const acts = {
    ...about,
    scope: 'webhooks:write',
    audited: { kind: 'webhook_deliveries', target: ({ tenant }: { readonly tenant: string }) => tenant },
  } as const;
  const change = (verb: 'redrive' | 'drop', summary: string) =>
    route({
      ...acts,
      method: 'POST',
      path: `/v1/webhooks/dead-letters/${verb}`,
      operationId: `${verb}DeadLetters`,
      repeatable: true,
      summary,
      body: DeadLettersAsked,
      response: ChangeWebhookDeadLettersResult,
      handler: ({ tenant, body, traceparent }) =>
        ask(
          verb === 'redrive' ? contracts.redriveWebhookDeadLetters : contracts.dropWebhookDeadLetters,
          {},
          { tenant, ...body },
          { traceparent },
        ),
    });
  return [
    route({
      ...reads,
      method: 'GET',
      path: '/v1/webhooks/events',
      operationId: 'listWebhookEvents',
      audited: { look: true, kind: 'webhook_events', target: ({ tenant }) => tenant },
      summary: 'List verified events of the last fourteen days, newest first',
      query: ListWebhookEventsRequest.omit({ tenant: true }),
      response: pageOf(WebhookEventSummary),
      async handler({ tenant, query, traceparent }) {
        const { events, next_cursor } = await ask(
          contracts.listWebhookEvents,
          {},
          { tenant, ...query },
          { traceparent },
        );
        return { items: events, next_cursor };
      },
    }),
    route({
      ...reads,
      method: 'GET',
      path: '/v1/webhooks/events/{event}',
      operationId: 'getWebhookEvent',
      audited: { look: true, kind: 'webhook_event', target: ({ params }) => params.event },
      summary: 'Look at an event, with its payload or the whole body that it came in',
      description: 'The body is base64, half a MiB of it at most; ask for the rest with `offset`.',
      params: z.object({ event: idSchema('event') }),
      query: ShowWebhookEventRequest.pick({ body: true, offset: true }),
      response: ShowWebhookEventResult,
      handler: ({ tenant, params, query, traceparent }) =>
        ask(contracts.showWebhookEvent, {}, { tenant, ...params, ...query }, { traceparent }),
    }),
    route({
      ...reads,
      method: 'GET',
      path: '/v1/webhooks/deliveries',
      operationId: 'listDeliveries',
      audited: { look: true, kind: 'webhook_deliveries', target: ({ tenant }) => tenant },
      summary: 'List deliveries, newest first',
      query: ListDeliveriesRequest.omit({ tenant: true }),
      response: pageOf(ListDeliveriesResult.shape.deliveries.element),
      async handler({ tenant, query, traceparent }) {
        const asked = { tenant, ...query };
        const { deliveries, next_cursor } = await ask(contracts.listDeliveries, {}, asked, { traceparent });
        return { items: deliveries, next_cursor };
      },
    }),
    route({
      ...reads,
      method: 'GET',
      path: '/v1/webhooks/deliveries/{delivery}',
      operationId: 'getDelivery',
      audited: { look: true, kind: 'webhook_delivery', target: ({ params }) => params.delivery },
      summary: 'Look at a delivery and each of its attempts',
      params: namedDelivery,
      response: Delivery,
      etag: true,
      handler: async ({ tenant, params, traceparent }) =>
        (await ask(contracts.showDelivery, {}, { tenant, ...params }, { traceparent })).delivery,
    }),
    route({
      ...acts,
      method: 'POST',
      path: '/v1/webhooks/replay',
      operationId: 'replayWebhooks',
      repeatable: true,
      summary: 'Deliver events again, byte for byte, to all subscriptions that match or to one',
      description: 'Only counts unless `dry_run` is false.',
      body: ReplayWebhooksRequest.omit({ tenant: true }),
      response: ReplayWebhooksResult,
      handler: ({ tenant, body, traceparent }) =>
        ask(contracts.replayWebhooks, {}, { tenant, ...body }, { traceparent }),
    }),
    route({
      ...reads,
      method: 'GET',
      path: '/v1/webhooks/dead-letters',
      operationId: 'listDeadLetters',
      audited: { look: true, kind: 'webhook_deliveries', target: ({ tenant }) => tenant },
      summary: 'List deliveries that were given up, newest first',
      description: 'Pages reach the newest 1,000 that the filter picks; `total` counts all.',
      query: ListWebhookDeadLettersRequest.omit({ tenant: true, limit: true }).extend(pageQuery),
      response: pageOf(WebhookDeadLetter).extend({ total: z.int() }),
      async handler({ tenant, query: { limit, cursor, ...filter }, traceparent }) {
        const asked = { tenant, ...filter, limit: mostDeadLetters };
        const { dead_letters, total } = await ask(contracts.listWebhookDeadLetters, {}, asked, { traceparent });
        return { ...cutPage(dead_letters, ({ id }) => id, { limit, cursor }), total };
      },
    }),
    route({
      ...reads,
      method: 'GET',
      path: '/v1/webhooks/dead-letters/{delivery}',
      operationId: 'getDeadLetter',
      audited: { look: true, kind: 'webhook_delivery', target: ({ params }) => params.delivery },
      summary: 'Look at one, and at its delivery as long as that is kept',
      params: namedDelivery,
      response: ShowWebhookDeadLetterResult,
      handler: ({ tenant, params, traceparent }) =>
        ask(contracts.showWebhookDeadLetter, {}, { tenant, ...params }, { traceparent }),
    }),
    change('redrive', 'Deliver dead letters again, with all their attempts; only counts unless `dry_run` is false'),
    change('drop', 'Forget dead letters; only counts unless `dry_run` is false'),
  ];
}
