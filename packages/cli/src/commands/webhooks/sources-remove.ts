import type { Command } from 'commander';
import { defineCommand, type Run } from '../../define-command.ts';
import { requireWebhookId } from '../../input/webhook-id.ts';

export function addSourcesRemove(parent: Command, run: Run): void {
  defineCommand<[string], { readonly force?: boolean }>(parent, run, {
    name: 'remove <source>',
    summary: 'End a source: its URL is unknown from then on, and its secrets are destroyed',
    description:
      'End a source: its URL is unknown from then on, and its secrets are destroyed. Events that came stay for their fourteen days. One that was registered by --connection is removed at its vendor first, and stays when that fails. Otherwise take the URL out at the vendor yourself: what it sends is answered with 404 then. To pause one, use `sources change --off`.',
    examples: [
      'patchbay webhooks sources remove src_01JD0000000000000000000000',
      'patchbay webhooks sources remove src_01JD0000000000000000000000 --force',
    ],
    configure: (command) =>
      command.option('--force', 'remove it here also when its vendor keeps it: says which webhook is left there'),
    async run(context, { force = false }, id) {
      requireWebhookId('webhookSource', id);
      const source = await (await context.admin()).webhooks.sources.remove(id, { force });
      const { left_at_vendor: left } = source;
      context.show({ source }, () =>
        [
          `${context.style.good('removed')}  ${source.id}; its secrets are destroyed`,
          ...left.map(
            (webhook) => `  ${context.style.warn('left')}     webhook ${webhook} at the vendor: remove it there`,
          ),
        ].join('\n'),
      );
      return undefined;
    },
  });
}
