import type { Command } from 'commander';
import { defineCommand, type Run } from '../../define-command.ts';
import { requireWebhookId } from '../../input/webhook-id.ts';
import { renderSubscription } from '../../render/webhook-subscriptions.ts';

export function addSubscriptionsShow(parent: Command, run: Run): void {
  defineCommand<[string], object>(parent, run, {
    name: 'show <subscription>',
    summary: 'Show a subscription: what it wants, where it goes, and whether it is paused and why',
    examples: ['patchbay webhooks subscriptions show sub_01JD0000000000000000000000'],
    async run(context, _options, id) {
      requireWebhookId('subscription', id);
      const subscription = await (await context.admin()).webhooks.subscriptions.show(id);
      context.show({ subscription }, () => renderSubscription(subscription, context.style));
      return undefined;
    },
  });
}
