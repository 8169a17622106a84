import type { Command } from 'commander';
import { defineCommand, type Run } from '../../define-command.ts';
import { UsageError } from '../../failures.ts';
import { type EventFilterOptions, eventFilter, eventFilterOptions } from '../../input/event-filter.ts';
import { forwardUrl } from '../../input/forward-url.ts';
import { renderForwarded } from '../../render/forwarded.ts';
import { count } from '../../render/style.ts';
import { followWebhooks } from '../../webhooks/follow-webhooks.ts';
import { forward } from '../../webhooks/forward.ts';

interface Options extends EventFilterOptions {
  readonly forward: string;
}

export function addListen(parent: Command, run: Run): void {
  defineCommand<[], Options>(parent, run, {
    name: 'listen',
    summary: 'Forward webhooks to a local port as they come, byte for byte',
    description:
      'Forward verified webhooks to a local port as they come, until Ctrl-C: each request with its own headers and bytes, so that your code can verify it by the vendor’s secret itself. Shows what your code answered, and how fast. What comes while the connection is lost is forwarded once it is back. Nothing is tried again, and nobody else’s deliveries change.',
    examples: [
      'patchbay webhooks listen --forward http://localhost:3000/hooks',
      'patchbay webhooks listen --source src_01JD0000000000000000000000 --type "invoice.*" --forward http://localhost:3000/stripe',
      'patchbay webhooks listen --forward http://localhost:3000/hooks --json | jq .status',
    ],
    configure: (command) => eventFilterOptions(command).requiredOption('--forward <url>', 'where to send each request'),
    async run(context, options) {
      const { from, to, ...filter } = eventFilter(options);
      if (from !== undefined || to !== undefined)
        throw new UsageError('listen is about what comes. For what came, use: patchbay webhooks replay --to <url>');
      const target = forwardUrl('--forward', options.forward);
      const { style, io } = context;
      const { webhooks, tenant, messaging } = await context.admin();
      // Events that came in one request follow each other.
      let last = '';
      await followWebhooks(webhooks.events, {
        filter,
        interrupt: io.interrupt,
        onReady: async () => {
          await messaging.flush();
          context.note(style.quiet(`Forwarding webhooks of tenant '${tenant}' to ${target}. Ctrl-C ends.`));
        },
        onGap: (missed) =>
          context.note(style.warn(`The connection was lost and is back; ${count(missed, 'event')} came meanwhile.`)),
        async onWebhook(arrived) {
          if (arrived.event.request.id === last) return;
          last = arrived.event.request.id;
          const forwarded = await forward(webhooks.events, arrived, target);
          context.showLine(forwarded, () => renderForwarded(forwarded, style));
        },
      });
      return undefined;
    },
  });
}
