import type { Command } from 'commander';
import { defineCommand, type Run } from '../../define-command.ts';
import { requireWebhookId } from '../../input/webhook-id.ts';
import { renderSubscription } from '../../render/webhook-subscriptions.ts';

export function addSubscriptionsPause(parent: Command, run: Run): void {
  defineCommand<[string], { readonly reason?: string }>(parent, run, {
    name: 'pause <subscription>',
    summary: 'Let the events of a subscription wait',
    examples: ['patchbay webhooks subscriptions pause sub_01JD0000000000000000000000 --reason "the shop moves"'],
    configure: (command) => command.option('--reason <text>', 'why, for whoever looks'),
    async run(context, { reason }, id) {
      requireWebhookId('subscription', id);
      const { subscriptions } = (await context.admin()).webhooks;
      const subscription = await subscriptions.pause(id, reason === undefined ? {} : { reason });
      context.show({ subscription }, () => renderSubscription(subscription, context.style));
      return undefined;
    },
  });
}
