import type { Command } from 'commander';
import { defineCommand, type Run } from '../../define-command.ts';
import { requireWebhookId } from '../../input/webhook-id.ts';
import { renderDelivery } from '../../render/deliveries.ts';
import { visible } from '../../render/style.ts';

export function addDeliveriesShow(parent: Command, run: Run): void {
  defineCommand<[string], object>(parent, run, {
    name: 'show <delivery>',
    summary: 'Show a delivery with every attempt: when, how long, what was answered',
    examples: ['patchbay webhooks deliveries show dlv_01JD0000000000000000000000'],
    async run(context, _options, id) {
      requireWebhookId('delivery', id);
      const delivery = await (await context.admin()).webhooks.deliveries.show(id);
      context.show({ delivery }, () =>
        [
          renderDelivery(delivery, context.style),
          `  of event ${delivery.event}, ${visible(delivery.event_type)}: patchbay webhooks inspect ${delivery.id}`,
        ].join('\n'),
      );
      return undefined;
    },
  });
}
