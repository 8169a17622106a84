import { maxSubmissionLifeMs } from '@patchbay/contracts';
import type { Command } from 'commander';
import { addCallOptions, type CallOptions, readCall } from '../call-options.ts';
import { defineCommand, type Run } from '../define-command.ts';
import { wholeNumber } from '../input/whole-number.ts';

interface Options extends CallOptions {
  readonly expires?: number;
  readonly delay?: number;
  readonly id?: string;
}

export function addSubmit(parent: Command, run: Run): void {
  defineCommand<[string, string[]], Options>(parent, run, {
    name: 'submit <tool> [arguments...]',
    summary: 'Hand a call in to be carried out later',
    description:
      "Hand a call in to be carried out later, at least once and as one effect, without waiting for it. 'patchbay result' says what became of it.",
    examples: [
      'patchbay submit slack_post_message channel=C1 text="good night"',
      'patchbay submit slack_post_message channel=C1 text="good morning" --delay 28800000 --expires 36000000 --json',
    ],
    configure: (command) =>
      addCallOptions(command, {
        key: "idempotency key (default: the submission's id)",
        deadline: 'milliseconds of one try',
      })
        .option(
          '--expires <ms>',
          'milliseconds after which it is no longer begun or tried again (default: one hour)',
          wholeNumber('--expires', 1, maxSubmissionLifeMs),
        )
        .option(
          '--delay <ms>',
          'milliseconds before which it is not begun',
          wholeNumber('--delay', 0, maxSubmissionLifeMs),
        )
        .option('--id <id>', 'of an earlier submission of the same call: handing it in again changes nothing'),
    async run(context, options, tool, words) {
      const { agent, call } = await readCall(context, options, tool, words);
      const accepted = await agent.submit(tool, call.arguments, {
        ...call,
        ...(options.id !== undefined && { submissionId: options.id }),
        ...(options.expires !== undefined && { expiresInMs: options.expires }),
        ...(options.delay !== undefined && { delayMs: options.delay }),
      });
      const { style } = context;
      context.show(accepted, () =>
        [
          `${style.good('accepted')}  ${style.name(tool)}${accepted.duplicate ? ', as before' : ''}`,
          `  ${style.quiet('submission')}  ${accepted.submission_id}`,
          `  ${style.quiet('expires')}     ${accepted.expires_at}`,
          `  ${style.quiet('next')}        patchbay result ${accepted.submission_id}`,
        ].join('\n'),
      );
      return undefined;
    },
  });
}
