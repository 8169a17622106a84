import type { Command } from 'commander';
import { defineCommand, type Run } from '../../define-command.ts';
import {
  type DeadLetterFilterOptions,
  deadLetterFilter,
  deadLetterFilterOptions,
} from '../../input/dead-letter-filter.ts';
import { wholeNumber } from '../../input/whole-number.ts';
import { renderWebhookDeadLetters } from '../../render/deliveries.ts';

export function addDeadLettersList(parent: Command, run: Run): void {
  defineCommand<[], DeadLetterFilterOptions & { readonly limit: number }>(parent, run, {
    name: 'list',
    summary: 'List dead letters: deliveries that were given up, newest first',
    examples: [
      'patchbay webhooks dead-letters list',
      'patchbay webhooks dead-letters list --reason system --from 1d --json',
    ],
    configure: (command) =>
      deadLetterFilterOptions(command).option(
        '--limit <n>',
        'at most so many, 1 to 1,000',
        wholeNumber('--limit', 1, 1_000),
        100,
      ),
    async run(context, options) {
      const { deadLetters } = (await context.admin()).webhooks;
      const found = await deadLetters.list({ ...deadLetterFilter(options), limit: options.limit });
      const { dead_letters: letters, total } = found;
      context.show(found, () =>
        letters.length === 0
          ? 'No delivery was given up.'
          : `${renderWebhookDeadLetters(letters, context)}${total > letters.length ? `\n\n${total - letters.length} older ones are not shown (--limit).` : ''}`,
      );
      return undefined;
    },
  });
}
