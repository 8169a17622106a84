import type { Command } from 'commander';
import { defineCommand, type Run } from '../../define-command.ts';
import { withKeyFile } from '../../input/key-file.ts';
import { type OverlapOptions, overlapOption, readOverlap } from '../../input/overlap.ts';
import { requireWebhookId } from '../../input/webhook-id.ts';
import { renderSubscription } from '../../render/webhook-subscriptions.ts';

interface Options extends OverlapOptions {
  readonly keyFile: string;
}

export function addSubscriptionsRotateKey(parent: Command, run: Run): void {
  defineCommand<[string], Options>(parent, run, {
    name: 'rotate-key <subscription>',
    summary: 'Make a new key that deliveries to a URL are signed with',
    description:
      'Make a new key that deliveries to a URL are signed with. The ones before sign too until the overlap is over, so that the receiver can change over in its own time. The key is told once: into a new file, or for - onto standard output, to be piped on.',
    examples: [
      'patchbay webhooks subscriptions rotate-key sub_01JD0000000000000000000000 --key-file shop.key',
      'patchbay webhooks subscriptions rotate-key sub_01JD0000000000000000000000 --key-file - | pass insert -m shop/hooks',
    ],
    configure: (command) =>
      overlapOption(
        command.requiredOption('--key-file <file>', 'a new file for the key, or - for standard output'),
        'sign too',
      ),
    async run(context, options, id) {
      requireWebhookId('subscription', id);
      const { keyFile } = options;
      const overlap = readOverlap(options);
      const { subscriptions } = (await context.admin()).webhooks;
      const { subscription } = await withKeyFile(keyFile, context.io, () => subscriptions.rotateKey(id, overlap));
      if (keyFile === '-') return undefined;
      context.show({ subscription }, () => renderSubscription(subscription, context.style));
      context.note(`The signing key is in ${keyFile}. It is not told again.`);
      return undefined;
    },
  });
}
