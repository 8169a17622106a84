import { PatchbayError } from '@patchbay/contracts';
import { type Agent, type Chunk, ExecutionError, type ToolCall } from '@patchbay/sdk';
import type { CommandContext } from './context.ts';
import { exitCodeByStatus } from './exit-codes.ts';
import { failureOf } from './failures.ts';
import { renderExecution } from './render/execution.ts';
import { failureDocument, renderFailure } from './render/failure.ts';
import { visible } from './render/style.ts';

/**
 * Prints the chunks of a call as they come and then what became of it; an answer without any as `exec` prints it without
 * `--stream`. Returns the exit code.
 */
export async function streamExecution(context: CommandContext, agent: Agent, call: ToolCall): Promise<number> {
  const stream = agent.stream(call.tool, call.arguments, call);
  let last: Chunk | null = null;
  let lost: PatchbayError | null = null;
  try {
    for await (const chunk of stream) {
      await printChunk(context, chunk);
      last = chunk;
    }
  } catch (error) {
    if (!(error instanceof PatchbayError)) throw error;
    // What became of the execution, its result tells.
    if (!(error instanceof ExecutionError)) lost = error;
  }
  const result = await stream.result;
  if (context.globals.json) context.showLine({ event: 'result', result }, () => '');
  else if (last === null) context.show(result, () => renderExecution(result, context));
  else {
    endLine(context, last);
    // The output was printed, piece by piece.
    context.note(renderExecution({ ...result, output: null }, context));
  }
  if (lost === null) return exitCodeByStatus[result.status];
  const failure = failureOf(lost);
  if (context.globals.json) context.showLine({ event: 'error', ...failureDocument(failure) }, () => '');
  else context.note(renderFailure(failure, context.style));
  return failure.exitCode;
}

/** Settles when there is room for another one: whoever reads the output slowly slows the upstream. */
async function printChunk({ globals, io }: CommandContext, { sequence, data }: Chunk): Promise<void> {
  const { stdout } = io;
  const isText = typeof data === 'string' && !globals.json;
  const text = isText ? data : `${JSON.stringify(globals.json ? { event: 'chunk', sequence, data } : data)}\n`;
  // A file gets what the upstream sent; a terminal must not be steered by it.
  const goesOn = stdout.write(stdout.isTTY === true && !globals.json ? visible(text) : text);
  if (goesOn === false && stdout.once !== undefined)
    await new Promise<void>((resolve) => stdout.once?.('drain', resolve));
}

/** So that what follows on the terminal begins a line. A file gets no character that the upstream did not send. */
function endLine({ io }: CommandContext, { data }: Chunk): void {
  if (io.stdout.isTTY === true && typeof data === 'string' && !data.endsWith('\n')) io.stdout.write('\n');
}
