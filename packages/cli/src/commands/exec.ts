import { randomUUID } from 'node:crypto';
import { type ExecutionResult, maxDeadlineMs } from '@patchbay/contracts';
import type { Agent, ToolCall } from '@patchbay/sdk';
import type { Command } from 'commander';
import { defineCommand, type Run } from '../define-command.ts';
import { exitCodeByStatus, exitCodeHelp } from '../exit-codes.ts';
import { readJson } from '../input/read-source.ts';
import { wholeNumber } from '../input/whole-number.ts';
import { wordsAsArguments } from '../input/words-as-arguments.ts';
import { onInterrupt } from '../on-interrupt.ts';
import { renderExecution } from '../render/execution.ts';
import type { CliIo } from '../terminal.ts';

interface Options {
  readonly args?: string;
  readonly version?: string;
  readonly connection?: string;
  readonly key?: string;
  readonly deadline?: number;
  readonly dryRun?: boolean;
  readonly session?: string;
}

export function addExec(parent: Command, run: Run): void {
  defineCommand<[string, string[]], Options>(parent, run, {
    name: 'exec <tool> [arguments...]',
    summary: 'Call a tool',
    description:
      "Call a tool. Arguments are key=value words, read as the tool's schema says; whole JSON comes by --args. Ctrl-C cancels the call.",
    examples: [
      'patchbay exec slack_post_message channel=C1 text="hello there"',
      'patchbay exec google_calendar_create_meeting --args @meeting.json --key toolu_01A --deadline 2500',
      'patchbay exec slack_post_message channel=C1 text=hello --dry-run',
      'echo \'{"email":"ada@example.com"}\' | patchbay exec slack_lookup_user --args - --json',
    ],
    footer: exitCodeHelp,
    configure: (command) =>
      command
        .option('--args <json>', 'arguments as a JSON object, @file, or - for standard input; key=value words win')
        .option('--version <version>', 'this version of the tool, such as 1.2.0 (default: the newest)')
        .option('--connection <id>', "this connection (default: the tenant's default for the integration)")
        .option('--key <key>', 'idempotency key: a repeat with it returns the first answer and never acts twice')
        .option(
          '--deadline <ms>',
          'milliseconds within which the answer must be here',
          wholeNumber('--deadline', 1, maxDeadlineMs),
        )
        .option('--dry-run', 'check everything and print the request, but send nothing')
        .option('--session <id>', 'the conversation that it belongs to, for audit and cancellation'),
    async run(context, options, tool, words) {
      const { io } = context;
      const whole = options.args === undefined ? {} : await readJson('--args', options.args, io);
      const agent = await context.agent();
      const call = toolCall(
        tool,
        { ...whole, ...(await wordsAsArguments(agent, tool, options.version, words)) },
        options,
      );
      const result = await executeUntilInterrupted(agent, call, io);
      context.show(result, () => renderExecution(result, context));
      return exitCodeByStatus[result.status];
    },
  });
}

function toolCall(tool: string, args: Record<string, unknown>, options: Options): ToolCall {
  return {
    tool,
    arguments: args,
    context: { agent: 'patchbay-cli', ...(options.session !== undefined && { session: options.session }) },
    // Ours when none is given, so that Ctrl-C can name the call.
    idempotencyKey: options.key ?? `cli-${randomUUID()}`,
    ...(options.version !== undefined && { version: options.version }),
    ...(options.connection !== undefined && { connection: options.connection }),
    ...(options.deadline !== undefined && { deadlineMs: options.deadline }),
    ...(options.dryRun !== undefined && { dryRun: options.dryRun }),
  };
}

/** The answer, whatever happens: an interrupted call is cancelled and says what became of it. */
async function executeUntilInterrupted(agent: Agent, call: ToolCall, { interrupt }: CliIo): Promise<ExecutionResult> {
  const cancel = () =>
    void agent
      .cancel({ idempotency_key: call.idempotencyKey as string, reason: 'interrupted at the terminal' })
      // The call's own answer, or its deadline, still ends the command.
      .catch(() => {});
  const stopListening = onInterrupt(interrupt, cancel);
  try {
    return await agent.execute(call.tool, call.arguments, call);
  } finally {
    stopListening();
  }
}
