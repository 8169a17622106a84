import type { WebhookEventSummary } from '@patchbay/contracts';
import type { Command } from 'commander';
import type { CommandContext } from '../../context.ts';
import { defineCommand, type Run } from '../../define-command.ts';
import { UsageError } from '../../failures.ts';
import { type EventFilterOptions, eventFilter, eventFilterOptions } from '../../input/event-filter.ts';
import { wholeNumber } from '../../input/whole-number.ts';
import { count } from '../../render/style.ts';
import { renderArrival, renderWebhookEvents } from '../../render/webhook-events.ts';
import { followWebhooks } from '../../webhooks/follow-webhooks.ts';
import { readEvents } from '../../webhooks/read-events.ts';

interface Options extends EventFilterOptions {
  readonly follow?: boolean;
  readonly limit: number;
}

export function addEvents(parent: Command, run: Run): void {
  defineCommand<[], Options>(parent, run, {
    name: 'events',
    summary: 'List verified webhook events, newest first, or show them as they come',
    description:
      'List verified webhook events of the last fourteen days, newest first, or with --follow show them as they come, until Ctrl-C. With --follow and --json, one event a line.',
    examples: [
      'patchbay webhooks events --from 1h',
      'patchbay webhooks events --type "invoice.*" --text cus_4711',
      'patchbay webhooks events --follow --source src_01JD0000000000000000000000',
    ],
    configure: (command) =>
      eventFilterOptions(command)
        .option('--follow', 'show events as they come')
        .option('--limit <n>', 'at most this many, 1 to 10,000', wholeNumber('--limit', 1, 10_000), 50),
    async run(context, options) {
      const filter = eventFilter(options);
      if (options.follow) {
        if (filter.from !== undefined || filter.to !== undefined)
          throw new UsageError('--follow is about what comes: it takes neither --from nor --until.');
        await follow(context, filter);
        return undefined;
      }
      const { events, more } = await readEvents((await context.admin()).webhooks.events, filter, options.limit);
      context.show({ events, more }, () => listed(events, more, context));
      return undefined;
    },
  });
}

function listed(events: readonly WebhookEventSummary[], more: boolean, context: CommandContext): string {
  if (events.length === 0) return 'No webhook event matches.';
  const older = more ? '; there are older ones (--limit, --until)' : '';
  return `${renderWebhookEvents(events, context)}\n\n${count(events.length, 'event')}${older}.`;
}

async function follow(context: CommandContext, filter: ReturnType<typeof eventFilter>): Promise<void> {
  const { style } = context;
  const admin = await context.admin();
  await followWebhooks(admin.webhooks.events, {
    filter,
    interrupt: context.io.interrupt,
    onReady: async () => {
      await admin.messaging.flush();
      context.note(style.quiet(`Following webhooks of tenant '${admin.tenant}'. Ctrl-C ends.`));
    },
    onGap: (missed) =>
      context.note(style.warn(`The connection was lost and is back; ${count(missed, 'event')} came meanwhile.`)),
    onWebhook: ({ event }) => context.showLine(event, () => renderArrival(event, style)),
  });
}
