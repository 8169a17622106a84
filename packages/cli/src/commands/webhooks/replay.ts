import { maxReplay, type ReplayWebhooksResult, type WebhookEventFilter } from '@patchbay/contracts';
import type { WebhooksAdmin } from '@patchbay/sdk';
import type { Command } from 'commander';
import type { CommandContext } from '../../context.ts';
import { defineCommand, type Run } from '../../define-command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { UsageError } from '../../failures.ts';
import { type EventFilterOptions, eventFilter, eventFilterOptions } from '../../input/event-filter.ts';
import { forwardUrl } from '../../input/forward-url.ts';
import { confirmed } from '../../input/prompt.ts';
import { requireWebhookId, webhookId } from '../../input/webhook-id.ts';
import { wholeNumber } from '../../input/whole-number.ts';
import { renderForwarded } from '../../render/forwarded.ts';
import { count } from '../../render/style.ts';
import { forward } from '../../webhooks/forward.ts';
import { readEvents } from '../../webhooks/read-events.ts';

interface Options extends EventFilterOptions {
  readonly subscription?: string;
  readonly to?: string;
  readonly limit: number;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

export function addReplay(parent: Command, run: Run): void {
  defineCommand<[string[]], Options>(parent, run, {
    name: 'replay [events...]',
    summary: 'Deliver webhook events again, byte for byte; says first how many',
    description:
      'Deliver webhook events again, byte for byte: to every subscription that matches, to one, or with --to to any URL, to which the stored requests are sent from here as they came, oldest first, with their own headers and bytes. Says first how many, and asks.',
    examples: [
      'patchbay webhooks replay evt_01JD0000000000000000000000',
      'patchbay webhooks replay --type "invoice.*" --from 2h --dry-run',
      'patchbay webhooks replay --from 1d --subscription sub_01JD0000000000000000000000 --yes',
      'patchbay webhooks replay evt_01JD0000000000000000000000 --to http://localhost:3000/hooks --yes',
    ],
    configure: (command) =>
      eventFilterOptions(command)
        .option(
          '--subscription <sub>',
          'only to this subscription, whether or not it would match',
          webhookId('subscription'),
        )
        .option('--to <url>', 'to this URL instead, as they came')
        .option('--limit <n>', `at most this many, 1 to ${maxReplay}`, wholeNumber('--limit', 1, maxReplay), 1_000)
        .option('--dry-run', 'only say how many')
        .option('--yes', 'do not ask'),
    async run(context, options, ids) {
      const filter: WebhookEventFilter = {
        ...eventFilter(options),
        ...(ids.length > 0 && { events: ids.map((id) => requireWebhookId('event', id)) }),
      };
      if (Object.keys(filter).length === 0)
        throw new UsageError('Say which events, by their ids or by --source, --type, --from, --until or --text.');
      if (options.to !== undefined && options.subscription !== undefined)
        throw new UsageError('Either --to or --subscription.');
      const { webhooks } = await context.admin();
      return options.to === undefined
        ? toSubscriptions(context, webhooks, filter, options)
        : toUrl(context, webhooks, filter, options, forwardUrl('--to', options.to));
    },
  });
}

async function toSubscriptions(
  context: CommandContext,
  { replay }: WebhooksAdmin,
  filter: WebhookEventFilter,
  { subscription, limit, dryRun = false, yes = false }: Options,
): Promise<undefined> {
  const asked = { ...filter, limit, ...(subscription !== undefined && { subscription }) };
  const counted = await replay({ ...asked, dry_run: true });
  const what = numbersOf(counted);
  const left = counted.more ? `, the newest ${limit} alone (--limit)` : '';
  if (dryRun || counted.deliveries === 0) {
    const nobody = counted.events > 0 && counted.deliveries === 0 ? ' No subscription wants them.' : '';
    context.show(counted, () => `Would deliver ${what} again${left}.${nobody}`);
    return undefined;
  }
  if (!(await confirmed(`Deliver ${what} again${left}?`, yes, context.io))) {
    context.show(counted, () => 'Nothing was delivered.');
    return undefined;
  }
  const done = await replay({ ...asked, dry_run: false });
  context.show(done, () => `${context.style.good('replayed')}  ${numbersOf(done)}`);
  return undefined;
}

function numbersOf({ events, deliveries }: ReplayWebhooksResult): string {
  return `${count(events, 'event')} as ${deliveries === 1 ? '1 delivery' : `${deliveries} deliveries`}`;
}

async function toUrl(
  context: CommandContext,
  { events: stored }: WebhooksAdmin,
  filter: WebhookEventFilter,
  { limit, dryRun = false, yes = false }: Options,
  to: string,
): Promise<number | undefined> {
  const { events, more } = await readEvents(stored, filter, limit);
  // A request that held several events is sent once.
  const requests = [...new Map(events.reverse().map((event) => [event.request_id, event])).values()];
  const left = more ? `, the newest ${limit} events alone (--limit)` : '';
  const what = `${count(requests.length, 'request')} to ${to}${left}`;
  if (dryRun || requests.length === 0) {
    context.show({ dry_run: true, requests: requests.length, more }, () => `Would send ${what}.`);
    return undefined;
  }
  if (!(await confirmed(`Send ${what}?`, yes, context.io))) {
    context.show({ dry_run: true, requests: requests.length, more }, () => 'Nothing was sent.');
    return undefined;
  }
  let failed = 0;
  for (const { id } of requests) {
    if (context.io.interrupt.aborted) break;
    const { event, body } = await stored.show(id);
    const outcome = await forward(stored, { event, payload: body }, to);
    if (!outcome.ok) failed++;
    context.showLine(outcome, () => renderForwarded(outcome, context.style));
  }
  return failed > 0 ? exitCodes.failed : undefined;
}
