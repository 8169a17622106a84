import { randomUUID } from 'node:crypto';
import type { Agent, ToolCall } from '@patchbay/sdk';
import type { Command } from 'commander';
import { addCallOptions, type CallOptions, readCall } from '../call-options.ts';
import type { CommandContext } from '../context.ts';
import { defineCommand, type Run } from '../define-command.ts';
import { exitCodeByStatus, exitCodeHelp } from '../exit-codes.ts';
import { onInterrupt } from '../on-interrupt.ts';
import { renderExecution } from '../render/execution.ts';
import { streamExecution } from '../stream-execution.ts';

interface Options extends CallOptions {
  readonly dryRun?: boolean;
  readonly stream?: boolean;
}

export function addExec(parent: Command, run: Run): void {
  defineCommand<[string, string[]], Options>(parent, run, {
    name: 'exec <tool> [arguments...]',
    summary: 'Call a tool',
    description: `Call a tool. Arguments are key=value words, read as the tool's schema says; whole JSON comes by --args. Ctrl-C cancels the call.

With --stream the answer is printed as it comes: text as it is, other items as a line of JSON each, and what became of the call on standard error. With --json too, one event a line: {"event":"chunk","sequence":…,"data":…} for each chunk, then {"event":"result","result":…}, and {"event":"error","error":…} at the end if a chunk was lost. A tool whose answer does not stream gives its result alone.`,
    examples: [
      'patchbay exec slack_post_message channel=C1 text="hello there"',
      'patchbay exec google_calendar_create_meeting --args @meeting.json --key toolu_01A --deadline 2500',
      'patchbay exec slack_post_message channel=C1 text=hello --dry-run',
      'echo \'{"email":"ada@example.com"}\' | patchbay exec slack_lookup_user --args - --json',
      'patchbay exec acme_writer_complete prompt="A line about rain" --stream',
    ],
    footer: exitCodeHelp,
    configure: (command) =>
      addCallOptions(command, {
        key: 'idempotency key: a repeat with it returns the first answer and never acts twice',
        deadline: 'milliseconds within which the answer must be here, all of it',
      })
        .option('--stream', 'print an answer that streams as it comes')
        .option('--dry-run', 'check everything and print the request, but send nothing'),
    async run(context, options, tool, words) {
      const { agent, call } = await readCall(context, options, tool, words);
      // A key of ours when none is given, so that Ctrl-C can name the call.
      const keyed = { ...call, idempotencyKey: call.idempotencyKey ?? `cli-${randomUUID()}` };
      const asked = options.dryRun === undefined ? keyed : { ...keyed, dryRun: options.dryRun };
      const stopListening = onInterrupt(context.io.interrupt, () => cancel(agent, keyed.idempotencyKey));
      try {
        return await (options.stream ? streamExecution : showExecution)(context, agent, asked);
      } finally {
        stopListening();
      }
    },
  });
}

async function showExecution(context: CommandContext, agent: Agent, call: ToolCall): Promise<number> {
  const result = await agent.execute(call.tool, call.arguments, call);
  context.show(result, () => renderExecution(result, context));
  return exitCodeByStatus[result.status];
}

/** An interrupted call says what became of it: its own answer, or its deadline, still ends the command. */
function cancel(agent: Agent, idempotencyKey: string): void {
  void agent.cancel({ idempotency_key: idempotencyKey, reason: 'interrupted at the terminal' }).catch(() => {});
}
