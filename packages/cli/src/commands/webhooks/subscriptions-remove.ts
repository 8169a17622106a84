import type { Command } from 'commander';
import { defineCommand, type Run } from '../../define-command.ts';
import { requireWebhookId } from '../../input/webhook-id.ts';

export function addSubscriptionsRemove(parent: Command, run: Run): void {
  defineCommand<[string], object>(parent, run, {
    name: 'remove <subscription>',
    summary: 'End a subscription, with its keys and what waits for it',
    examples: ['patchbay webhooks subscriptions remove sub_01JD0000000000000000000000'],
    async run(context, _options, id) {
      requireWebhookId('subscription', id);
      const subscription = await (await context.admin()).webhooks.subscriptions.remove(id);
      context.show(
        { subscription },
        () => `${context.style.good('removed')}  ${subscription.id}, with what waited for it`,
      );
      return undefined;
    },
  });
}
