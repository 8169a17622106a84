import type { Command } from 'commander';
import { defineCommand, type Run } from '../../define-command.ts';
import { type ChangeOptions, changeDeadLetters, changeOptions } from './change-dead-letters.ts';

export function addDeadLettersDrop(parent: Command, run: Run): void {
  defineCommand<[string[]], ChangeOptions>(parent, run, {
    name: 'drop [deliveries...]',
    summary: 'Forget dead letters; says first how many',
    description:
      'Forget dead letters; says first how many. Their events stay, and can be replayed while they are kept.',
    examples: [
      'patchbay webhooks dead-letters drop --reason exhausted --until 7d --dry-run',
      'patchbay webhooks dead-letters drop dlv_01JD0000000000000000000000 --yes',
    ],
    configure: (command) => changeOptions(command),
    async run(context, options, ids) {
      const { drop } = (await context.admin()).webhooks.deadLetters;
      return changeDeadLetters(context, options, ids, drop, { verb: 'Drop', done: 'dropped' });
    },
  });
}
