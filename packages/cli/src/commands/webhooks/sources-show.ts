import type { Command } from 'commander';
import { defineCommand, type Run } from '../../define-command.ts';
import { requireWebhookId } from '../../input/webhook-id.ts';
import { renderSource } from '../../render/webhook-sources.ts';

export function addSourcesShow(parent: Command, run: Run): void {
  defineCommand<[string], object>(parent, run, {
    name: 'show <source>',
    summary: 'Show a source: its URL, its settings, and since when its secrets count',
    examples: ['patchbay webhooks sources show src_01JD0000000000000000000000'],
    async run(context, _options, id) {
      requireWebhookId('webhookSource', id);
      const source = await (await context.admin()).webhooks.sources.show(id);
      context.show({ source }, () => renderSource(source, context.style));
      return undefined;
    },
  });
}
