import type { Command } from 'commander';
import { defineCommand, type Run } from '../../define-command.ts';
import { UsageError } from '../../failures.ts';
import { readSubscription, type SubscriptionOptions, subscriptionOptions } from '../../input/subscription-options.ts';
import { requireWebhookId } from '../../input/webhook-id.ts';
import { readTarget, type TargetOptions, targetOptions } from '../../input/webhook-target.ts';
import { renderSubscription } from '../../render/webhook-subscriptions.ts';

export function addSubscriptionsChange(parent: Command, run: Run): void {
  defineCommand<[string], SubscriptionOptions & TargetOptions>(parent, run, {
    name: 'change <subscription>',
    summary: 'Change what a subscription wants, or where of its kind it goes',
    description:
      'Change what a subscription wants, or where it goes; the kind of target stays. What is not named stays as it is; the word none takes a source, a filter, a rate or an end away.',
    examples: [
      'patchbay webhooks subscriptions change sub_01JD0000000000000000000000 --type "order.*" --type "refund.*"',
      'patchbay webhooks subscriptions change sub_01JD0000000000000000000000 --to-url https://shop.example.com/v2 --rate 5:10',
      'patchbay webhooks subscriptions change sub_01JD0000000000000000000000 --filter none',
    ],
    configure(command) {
      targetOptions(subscriptionOptions(command));
    },
    async run(context, options, id) {
      requireWebhookId('subscription', id);
      const target = await readTarget(options, context.io);
      const change = { ...(await readSubscription(options, context.io)), ...(target !== null && { target }) };
      if (Object.keys(change).length === 0) throw new UsageError('Say what to change, such as --type or --to-url.');
      const subscription = await (await context.admin()).webhooks.subscriptions.change(id, change);
      context.show(
        { subscription },
        () => `${context.style.good('changed')}  ${renderSubscription(subscription, context.style)}`,
      );
      return undefined;
    },
  });
}
