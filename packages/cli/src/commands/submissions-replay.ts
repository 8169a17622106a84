import { maxSubmissionLifeMs } from '@patchbay/contracts';
import type { Command } from 'commander';
import { defineCommand, type Run } from '../define-command.ts';
import { wholeNumber } from '../input/whole-number.ts';

interface Options {
  readonly expires?: number;
}

export function addSubmissionsReplay(parent: Command, run: Run): void {
  defineCommand<[string], Options>(parent, run, {
    name: 'replay <id>',
    summary: 'Submit a dead letter again',
    description:
      'Submit a dead letter again, under its own id and key: what an earlier try did is not done twice. It gets new time and all its tries.',
    examples: ['patchbay submissions replay sbm_01JD0000000000000000000000 --expires 600000'],
    configure: (command) =>
      command.option(
        '--expires <ms>',
        'milliseconds that it has from now (default: one hour)',
        wholeNumber('--expires', 1, maxSubmissionLifeMs),
      ),
    async run(context, { expires }, id) {
      const admin = await context.admin();
      const replayed = await admin.submissions.replay(id, { ...(expires !== undefined && { expiresInMs: expires }) });
      context.show(replayed, () => `${context.style.good('submitted again')}  ${id}, until ${replayed.expires_at}`);
      return undefined;
    },
  });
}
