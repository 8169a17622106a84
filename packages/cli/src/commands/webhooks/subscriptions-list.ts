import type { Command } from 'commander';
import { defineCommand, type Run } from '../../define-command.ts';
import { webhookId } from '../../input/webhook-id.ts';
import { renderSubscriptions } from '../../render/webhook-subscriptions.ts';

export function addSubscriptionsList(parent: Command, run: Run): void {
  defineCommand<[], { readonly source?: string }>(parent, run, {
    name: 'list',
    summary: 'List subscriptions: who gets which webhook events',
    examples: [
      'patchbay webhooks subscriptions list',
      'patchbay webhooks subscriptions list --source src_01JD0000000000000000000000 --json',
    ],
    configure: (command) =>
      command.option('--source <src>', 'those that get events of this source', webhookId('webhookSource')),
    async run(context, { source }) {
      const admin = await context.admin();
      const subscriptions = await admin.webhooks.subscriptions.list(source === undefined ? {} : { source });
      context.show(
        { subscriptions },
        () =>
          renderSubscriptions(subscriptions, context) || 'No subscription: webhook events are kept, and go nowhere.',
      );
      return undefined;
    },
  });
}
