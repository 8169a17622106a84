import type { Command } from 'commander';
import { defineCommand, type Run } from '../define-command.ts';
import { wholeNumber } from '../input/whole-number.ts';
import { renderDeadLetters } from '../render/dead-letters.ts';

interface Options {
  readonly all?: boolean;
  readonly limit?: number;
}

export function addSubmissionsList(parent: Command, run: Run): void {
  defineCommand<[], Options>(parent, run, {
    name: 'list',
    summary: 'List dead letters: submissions that were given up, newest first',
    examples: ['patchbay submissions list', 'patchbay submissions list --all --json'],
    configure: (command) =>
      command
        .option('--all', 'of every tenant')
        .option('--limit <n>', 'at most so many (default: 100)', wholeNumber('--limit', 1, 1_000)),
    async run(context, { all, limit }) {
      const admin = await context.admin();
      const found = await admin.submissions.list({
        everyTenant: all === true,
        ...(limit !== undefined && { limit }),
      });
      context.show(found, () =>
        found.total === 0 ? 'No submission was given up.' : renderDeadLetters(found, context),
      );
      return undefined;
    },
  });
}
