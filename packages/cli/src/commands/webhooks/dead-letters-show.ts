import type { Command } from 'commander';
import { defineCommand, type Run } from '../../define-command.ts';
import { requireWebhookId } from '../../input/webhook-id.ts';
import { renderDelivery, renderWebhookDeadLetters } from '../../render/deliveries.ts';

export function addDeadLettersShow(parent: Command, run: Run): void {
  defineCommand<[string], object>(parent, run, {
    name: 'show <delivery>',
    summary: 'Show a dead letter with every attempt that was made',
    examples: ['patchbay webhooks dead-letters show dlv_01JD0000000000000000000000'],
    async run(context, _options, id) {
      requireWebhookId('delivery', id);
      const found = await (await context.admin()).webhooks.deadLetters.show(id);
      context.show(found, () =>
        [
          renderWebhookDeadLetters([found.dead_letter], context),
          ...(found.delivery === null ? [] : ['', renderDelivery(found.delivery, context.style)]),
        ].join('\n'),
      );
      return undefined;
    },
  });
}
