import type { Command } from 'commander';
import { defineCommand, type Run } from '../../define-command.ts';
import { requireWebhookId } from '../../input/webhook-id.ts';
import { renderSource } from '../../render/webhook-sources.ts';

export function addSourcesRemoveSecret(parent: Command, run: Run): void {
  defineCommand<[string, string], object>(parent, run, {
    name: 'remove-secret <source> <secret>',
    summary: 'End one secret of a source at once, such as one that got out',
    examples: ['patchbay webhooks sources remove-secret src_01JD0000000000000000000000 sec_01JD0000000000000000000000'],
    async run(context, _options, id, secret) {
      requireWebhookId('webhookSource', id);
      requireWebhookId('webhookSecret', secret);
      const source = await (await context.admin()).webhooks.sources.removeSecret(id, secret);
      context.show({ source }, () => `${context.style.good('removed')}  ${renderSource(source, context.style)}`);
      return undefined;
    },
  });
}
