import type { Command } from 'commander';
import { defineCommand, type Run } from '../../define-command.ts';
import { requireWebhookId } from '../../input/webhook-id.ts';

export function addSourcesRemove(parent: Command, run: Run): void {
  defineCommand<[string], object>(parent, run, {
    name: 'remove <source>',
    summary: 'End a source: its URL is unknown from then on, and its secrets are destroyed',
    description:
      'End a source: its URL is unknown from then on, and its secrets are destroyed. Events that came stay for their fourteen days. Take the URL out at the vendor first: what it sends is answered with 404 then. To pause one, use `sources change --off`.',
    examples: ['patchbay webhooks sources remove src_01JD0000000000000000000000'],
    async run(context, _options, id) {
      requireWebhookId('webhookSource', id);
      const source = await (await context.admin()).webhooks.sources.remove(id);
      context.show({ source }, () => `${context.style.good('removed')}  ${source.id}; its secrets are destroyed`);
      return undefined;
    },
  });
}
