import type { Command } from 'commander';
import { defineCommand, type Run } from '../../define-command.ts';
import { UsageError } from '../../failures.ts';
import { withKeyFile } from '../../input/key-file.ts';
import { readSubscription, type SubscriptionOptions, subscriptionOptions } from '../../input/subscription-options.ts';
import { readTarget, type TargetOptions, targetOptions } from '../../input/webhook-target.ts';
import { renderSubscription } from '../../render/webhook-subscriptions.ts';

interface Options extends SubscriptionOptions, TargetOptions {
  readonly once?: boolean;
  readonly keyFile?: string;
}

export function addSubscriptionsAdd(parent: Command, run: Run): void {
  defineCommand<[], Options>(parent, run, {
    name: 'add',
    summary: 'Send webhook events on: to a URL, to agents, to a tool or a plan',
    description:
      'Send webhook events on: to a URL, to agents, to a tool or a plan, or to a session that waits. A URL’s deliveries are signed; the key is told once, into --key-file. Without it nobody gets to know the key, and `subscriptions rotate-key` makes another.',
    examples: [
      'patchbay webhooks subscriptions add --to-url https://shop.example.com/hooks --key-file shop.key',
      'patchbay webhooks subscriptions add --to-agents orders --type "order.*"',
      `patchbay webhooks subscriptions add --type invoice.paid --to-tool slack_post_message --arguments '{"channel":"C1","text":"{body.id} is paid"}'`,
      `patchbay webhooks subscriptions add --to-url https://shop.example.com/hooks --filter '{"body":"livemode","equals":true}' --order-by '{body.customer}'`,
    ],
    configure(command) {
      subscriptionOptions(command).option('--once', 'remove it after its first delivery');
      targetOptions(command).option('--key-file <file>', 'with --to-url: a new file for the signing key');
    },
    async run(context, options) {
      const target = await readTarget(options, context.io);
      if (target === null)
        throw new UsageError('Say where events go: --to-url, --to-agents, --to-tool, --to-plan or --to-session.');
      const { keyFile } = options;
      if (keyFile !== undefined && target.kind !== 'http') throw new UsageError('--key-file goes with --to-url.');
      const fields = await readSubscription(options, context.io);
      const { subscriptions } = (await context.admin()).webhooks;
      const add = () => subscriptions.add({ ...fields, target, ...(options.once && { once: true }) });
      const { subscription } = keyFile === undefined ? await add() : await withKeyFile(keyFile, context.io, add);
      if (keyFile === '-') return undefined;
      context.show(
        { subscription },
        () => `${context.style.good('added')}  ${renderSubscription(subscription, context.style)}`,
      );
      if (keyFile !== undefined) context.note(`The signing key is in ${keyFile}. It is not told again.`);
      return undefined;
    },
  });
}
