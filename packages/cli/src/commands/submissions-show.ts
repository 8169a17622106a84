import type { Command } from 'commander';
import { defineCommand, type Run } from '../define-command.ts';
import { renderDeadLetters } from '../render/dead-letters.ts';
import { visible } from '../render/style.ts';

export function addSubmissionsShow(parent: Command, run: Run): void {
  defineCommand<[string], object>(parent, run, {
    name: 'show <id>',
    summary: 'Show a dead letter with what was submitted',
    description: 'Show a dead letter with what was submitted. That is what the tenant sent: it may hold personal data.',
    examples: ['patchbay submissions show sbm_01JD0000000000000000000000 --json'],
    async run(context, _options, id) {
      const found = await (await context.admin()).submissions.show(id);
      context.show(found, () =>
        [
          renderDeadLetters({ dead_letters: [found.dead_letter], total: 1 }, context),
          '',
          visible(indented(found.payload)),
        ].join('\n'),
      );
      return undefined;
    },
  });
}

/** JSON over several lines; anything else as it stands. */
function indented(payload: string): string {
  try {
    return JSON.stringify(JSON.parse(payload), null, 2);
  } catch {
    return payload;
  }
}
