import type { Command } from 'commander';
import { defineCommand, type Run } from '../../define-command.ts';
import { requireWebhookId } from '../../input/webhook-id.ts';
import { renderSubscription } from '../../render/webhook-subscriptions.ts';

export function addSubscriptionsResume(parent: Command, run: Run): void {
  defineCommand<[string], object>(parent, run, {
    name: 'resume <subscription>',
    summary: 'Set a subscription going again that was paused or disabled',
    examples: ['patchbay webhooks subscriptions resume sub_01JD0000000000000000000000'],
    async run(context, _options, id) {
      requireWebhookId('subscription', id);
      const subscription = await (await context.admin()).webhooks.subscriptions.resume(id);
      context.show({ subscription }, () => renderSubscription(subscription, context.style));
      return undefined;
    },
  });
}
