import { type Delivery, idPrefixes, type StoredKeptRequest, type WebhookEvent } from '@patchbay/contracts';
import type { WebhooksAdmin } from '@patchbay/sdk';
import type { HookRequest } from '@patchbay/webhook-schemes';
import type { Command } from 'commander';
import type { CommandContext } from '../../context.ts';
import { defineCommand, type Run } from '../../define-command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { UsageError } from '../../failures.ts';
import { hookMessage } from '../../input/hook-message.ts';
import { requireWebhookId, webhookId } from '../../input/webhook-id.ts';
import { renderDelivery } from '../../render/deliveries.ts';
import { renderRequest } from '../../render/hook-request.ts';
import { renderKeptRequest } from '../../render/kept-requests.ts';
import { renderEventFacts, renderWebhookEvents } from '../../render/webhook-events.ts';
import { findRequest } from '../../webhooks/find-request.ts';
import { wholeRequest } from '../../webhooks/whole-request.ts';

interface Options {
  readonly source?: string;
  readonly all?: boolean;
  readonly raw?: boolean;
}

export function addInspect(parent: Command, run: Run): void {
  defineCommand<[string], Options>(parent, run, {
    name: 'inspect <id>',
    summary: 'Show what came, how it was judged and why, and what became of it',
    description:
      'Show what came, how it was judged and why, and what became of it: of an event (evt_…), a request (req_…, such as one that was turned away) or a delivery (dlv_…). For a signature that failed it shows the step, and what the signature was computed over; never a secret. --raw prints the request to the byte, as `webhooks verify` reads it.',
    examples: [
      'patchbay webhooks inspect evt_01JD0000000000000000000000',
      'patchbay webhooks inspect req_01JD0000000000000000000000 --raw > request.http',
      'patchbay webhooks inspect dlv_01JD0000000000000000000000 --json',
    ],
    configure: (command) =>
      command
        .option('--source <src>', 'where to look for a request; default: every source', webhookId('webhookSource'))
        .option('--all', 'show bodies whole, however long')
        .option('--raw', 'print the request alone, to the byte'),
    async run(context, options, id) {
      const { webhooks } = await context.admin();
      switch (id.slice(0, id.indexOf('_'))) {
        case idPrefixes.event:
          return inspectEvent(context, webhooks, requireWebhookId('event', id), options);
        case idPrefixes.delivery:
          return inspectDelivery(context, webhooks, requireWebhookId('delivery', id), options);
        case idPrefixes.webhookRequest:
          return inspectRequest(context, webhooks, requireWebhookId('webhookRequest', id), options);
        default:
          throw new UsageError(`'${id}' is no event (evt_…), request (req_…) or delivery (dlv_…).`);
      }
    },
  });
}

async function inspectEvent(
  context: CommandContext,
  webhooks: WebhooksAdmin,
  id: string,
  options: Options,
): Promise<undefined> {
  const { event, body } = await webhooks.events.show(id);
  const request = await wholeRequest(webhooks.events, { event, payload: body });
  if (options.raw) return printRaw(context, request);
  const { deliveries } = await webhooks.deliveries.list({ event: id });
  const attempted = await Promise.all(deliveries.map((one) => webhooks.deliveries.show(one.id)));
  show(context, event, request, attempted, options);
  return undefined;
}

async function inspectDelivery(
  context: CommandContext,
  webhooks: WebhooksAdmin,
  id: string,
  options: Options,
): Promise<undefined> {
  const delivery = await webhooks.deliveries.show(id);
  const { event, body } = await webhooks.events.show(delivery.event);
  const request = await wholeRequest(webhooks.events, { event, payload: body });
  if (options.raw) return printRaw(context, request);
  show(context, event, request, [delivery], options);
  return undefined;
}

async function inspectRequest(
  context: CommandContext,
  webhooks: WebhooksAdmin,
  id: string,
  options: Options,
): Promise<number | undefined> {
  const { kept, events } = await findRequest(webhooks, id, options.source);
  const [first, ...others] = events;
  if (kept !== null) {
    if (options.raw) return printRaw(context, requestOf(kept));
    context.show({ kept }, () => renderKeptRequest(kept, context.style, options.all));
    return undefined;
  }
  if (first === undefined) {
    context.show({ kept: null, events: [] }, () => notFound(id));
    return exitCodes.failed;
  }
  if (others.length === 0 || options.raw) return inspectEvent(context, webhooks, first.id, options);
  const { event, body } = await webhooks.events.show(first.id);
  const request = await wholeRequest(webhooks.events, { event, payload: body });
  context.show({ events, request: documentOf(request) }, () =>
    [renderWebhookEvents(events, context), '', renderRequest(request, context.style, options.all)].join('\n'),
  );
  return undefined;
}

function show(
  context: CommandContext,
  event: WebhookEvent,
  request: HookRequest,
  deliveries: readonly Delivery[],
  { all }: Options,
): void {
  const { style } = context;
  context.show({ event, request: documentOf(request), deliveries }, () =>
    [
      renderEventFacts(event, style),
      '',
      renderRequest(request, style, all),
      '',
      deliveries.length === 0
        ? style.quiet('No delivery: no subscription wanted it.')
        : deliveries.map((one) => renderDelivery(one, style)).join('\n'),
    ].join('\n'),
  );
}

function requestOf({ method, url, headers, body }: StoredKeptRequest): HookRequest {
  return { method, url, headers, body: Buffer.from(body, 'base64') };
}

function documentOf({ body, ...rest }: HookRequest): object {
  return { ...rest, body_base64: Buffer.from(body).toString('base64') };
}

function printRaw({ io }: CommandContext, request: HookRequest): undefined {
  io.stdout.write(hookMessage(request));
}

function notFound(id: string): string {
  return `Nothing is kept of ${id}: events go after fourteen days, requests that were turned away after one, and of those the latest fifty of a source are kept.`;
}
