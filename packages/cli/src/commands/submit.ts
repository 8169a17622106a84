import type { Command } from 'commander';
import { addCallOptions, type CallOptions, readCall } from '../call-options.ts';
import { defineCommand, type Run } from '../define-command.ts';
import {
  addSubmissionOptions,
  renderAccepted,
  type SubmissionOptions,
  submissionTerms,
} from '../submission-options.ts';

type Options = CallOptions & SubmissionOptions;

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
      addSubmissionOptions(
        addCallOptions(command, {
          key: "idempotency key (default: the submission's id)",
          deadline: 'milliseconds of one try',
        }),
      ),
    async run(context, options, tool, words) {
      const { agent, call } = await readCall(context, options, tool, words);
      const accepted = await agent.submit(tool, call.arguments, { ...call, ...submissionTerms(options) });
      context.show(accepted, () => renderAccepted(accepted, tool, context));
      return undefined;
    },
  });
}
