import { DeliveryState } from '@patchbay/contracts';
import { type Command, Option } from 'commander';
import { defineCommand, type Run } from '../../define-command.ts';
import { webhookId } from '../../input/webhook-id.ts';
import { wholeNumber } from '../../input/whole-number.ts';
import { renderDeliveries } from '../../render/deliveries.ts';

interface Options {
  readonly subscription?: string;
  readonly event?: string;
  readonly state?: DeliveryState;
  readonly limit: number;
}

export function addDeliveriesList(parent: Command, run: Run): void {
  defineCommand<[], Options>(parent, run, {
    name: 'list',
    summary: 'List deliveries, newest first',
    examples: [
      'patchbay webhooks deliveries list --state waiting',
      'patchbay webhooks deliveries list --subscription sub_01JD0000000000000000000000 --json',
    ],
    configure: (command) =>
      command
        .option('--subscription <sub>', 'only to this subscription', webhookId('subscription'))
        .option('--event <evt>', 'only of this event', webhookId('event'))
        .addOption(new Option('--state <state>', 'only in this state').choices(DeliveryState.options))
        .option('--limit <n>', 'at most so many, 1 to 1,000', wholeNumber('--limit', 1, 1_000), 50),
    async run(context, { subscription, event, state, limit }) {
      const { deliveries, next_cursor } = await (await context.admin()).webhooks.deliveries.list({
        limit,
        ...(subscription !== undefined && { subscription }),
        ...(event !== undefined && { event }),
        ...(state !== undefined && { state }),
      });
      const more = next_cursor !== null;
      context.show({ deliveries, more }, () =>
        deliveries.length === 0
          ? 'No delivery matches.'
          : `${renderDeliveries(deliveries, context)}${more ? '\n\nThere are older ones (--limit).' : ''}`,
      );
      return undefined;
    },
  });
}
