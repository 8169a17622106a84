import type { Command } from 'commander';
import { defineCommand, type Run } from '../../define-command.ts';
import { type ChangeOptions, changeDeadLetters, changeOptions } from './change-dead-letters.ts';

export function addDeadLettersRedrive(parent: Command, run: Run): void {
  defineCommand<[string[]], ChangeOptions>(parent, run, {
    name: 'redrive [deliveries...]',
    summary: 'Deliver dead letters again, with all their attempts; says first how many',
    examples: [
      'patchbay webhooks dead-letters redrive --subscription sub_01JD0000000000000000000000 --dry-run',
      'patchbay webhooks dead-letters redrive dlv_01JD0000000000000000000000 --yes',
    ],
    configure: (command) => changeOptions(command),
    async run(context, options, ids) {
      const { redrive } = (await context.admin()).webhooks.deadLetters;
      return changeDeadLetters(context, options, ids, redrive, { verb: 'Redrive', done: 'redriven' });
    },
  });
}
