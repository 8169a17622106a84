import type { Command } from 'commander';
import { defineCommand, type Run } from '../define-command.ts';

export function addSubmissionsDrop(parent: Command, run: Run): void {
  defineCommand<[string], object>(parent, run, {
    name: 'drop <id>',
    summary: 'Forget a dead letter and what was submitted',
    examples: ['patchbay submissions drop sbm_01JD0000000000000000000000'],
    async run(context, _options, id) {
      const dropped = await (await context.admin()).submissions.drop(id);
      context.show({ dropped }, () => `${context.style.good('dropped')}  ${dropped.id} of tenant ${dropped.tenant}`);
      return undefined;
    },
  });
}
