import { maxDeadlineMs, maxSubmissionLifeMs } from '@patchbay/contracts';
import type { Command } from 'commander';
import { defineCommand, type Run } from '../define-command.ts';
import { readJson } from '../input/read-source.ts';
import { wholeNumber } from '../input/whole-number.ts';
import { wordsAsArguments } from '../input/words-as-arguments.ts';

interface Options {
  readonly args?: string;
  readonly version?: string;
  readonly connection?: string;
  readonly key?: string;
  readonly deadline?: number;
  readonly expires?: number;
  readonly delay?: number;
  readonly session?: string;
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
      command
        .option('--args <json>', 'arguments as a JSON object, @file, or - for standard input; key=value words win')
        .option('--version <version>', 'this version of the tool, such as 1.2.0 (default: the newest)')
        .option('--connection <id>', "this connection (default: the tenant's default for the integration)")
        .option('--key <key>', "idempotency key (default: the submission's id)")
        .option('--deadline <ms>', 'milliseconds of one try', wholeNumber('--deadline', 1, maxDeadlineMs))
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
        .option('--id <id>', 'of an earlier submission of the same call: handing it in again changes nothing')
        .option('--session <id>', 'the conversation that it belongs to, for audit and cancellation'),
    async run(context, options, tool, words) {
      const whole = options.args === undefined ? {} : await readJson('--args', options.args, context.io);
      const agent = await context.agent();
      const args = { ...whole, ...(await wordsAsArguments(agent, tool, options.version, words)) };
      const accepted = await agent.submit(tool, args, {
        context: { agent: 'patchbay-cli', ...(options.session !== undefined && { session: options.session }) },
        ...(options.id !== undefined && { submissionId: options.id }),
        ...(options.version !== undefined && { version: options.version }),
        ...(options.connection !== undefined && { connection: options.connection }),
        ...(options.key !== undefined && { idempotencyKey: options.key }),
        ...(options.deadline !== undefined && { deadlineMs: options.deadline }),
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
