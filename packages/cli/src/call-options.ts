import { maxDeadlineMs } from '@patchbay/contracts';
import type { Agent, ToolCall } from '@patchbay/sdk';
import type { Command } from 'commander';
import type { CommandContext } from './context.ts';
import { readJson } from './input/read-source.ts';
import { wholeNumber } from './input/whole-number.ts';
import { wordsAsArguments } from './input/words-as-arguments.ts';

/** What a command that describes one tool call takes. */
export interface CallOptions {
  readonly args?: string;
  readonly version?: string;
  readonly connection?: string;
  readonly key?: string;
  readonly deadline?: number;
  readonly session?: string;
  readonly confirmation?: string;
}

/** Adds them; `key` and `deadline` are told in the command's own words. */
export function addCallOptions(command: Command, help: { readonly key: string; readonly deadline: string }): Command {
  return command
    .option('--args <json>', 'arguments as a JSON object, @file, or - for standard input; key=value words win')
    .option('--version <version>', 'this version of the tool, such as 1.2.0 (default: the newest)')
    .option('--connection <id>', "this connection (default: the tenant's default for the integration)")
    .option('--key <key>', help.key)
    .option('--deadline <ms>', help.deadline, wholeNumber('--deadline', 1, maxDeadlineMs))
    .option('--confirmation <token>', 'the token of an earlier refusal that asked for a yes, once there is one')
    .option('--session <id>', 'the conversation that it belongs to, for audit and cancellation');
}

/** The call that the command line describes, its words read as the tool's schema says. @throws UsageError */
export async function readCall(
  context: CommandContext,
  options: CallOptions,
  tool: string,
  words: string[],
): Promise<{ readonly agent: Agent; readonly call: ToolCall }> {
  const whole = options.args === undefined ? {} : await readJson('--args', options.args, context.io);
  const agent = await context.agent();
  const call: ToolCall = {
    tool,
    arguments: { ...whole, ...(await wordsAsArguments(agent, tool, options.version, words)) },
    context: { agent: 'patchbay-cli', ...(options.session !== undefined && { session: options.session }) },
    ...(options.version !== undefined && { version: options.version }),
    ...(options.connection !== undefined && { connection: options.connection }),
    ...(options.confirmation !== undefined && { confirmation: options.confirmation }),
    ...(options.key !== undefined && { idempotencyKey: options.key }),
    ...(options.deadline !== undefined && { deadlineMs: options.deadline }),
  };
  return { agent, call };
}
