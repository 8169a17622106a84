import { Writable } from 'node:stream';
import { type ListedOperation, maxChosenOperations } from '@patchbay/openapi-import';
import { UsageError } from '../failures.ts';
import { oneLine } from '../render/style.ts';
import type { CliIo } from '../terminal.ts';

/** Lets a person search and tick operations at the terminal. @throws UsageError when nothing is chosen. */
export async function chooseInteractively(
  listed: readonly ListedOperation[],
  { stdin, stderr }: CliIo,
): Promise<string[]> {
  // Loaded here: every other command starts without it.
  const { autocompleteMultiselect, isCancel } = await import('@clack/prompts');
  const chosen = await autocompleteMultiselect({
    message: `Which of the ${listed.length} operations? Type to search, tab to tick, enter to go on; 3 to 8 are best`,
    options: listed.map(({ id, method, path, operation }) => ({
      value: id,
      label: oneLine(`${method.padEnd(6)} ${path}`, 70),
      hint: oneLine(operation.summary ?? id, 60),
    })),
    maxItems: 12,
    required: true,
    input: stdin,
    output: terminalOf(stderr),
  });
  if (isCancel(chosen) || chosen.length === 0) throw new UsageError('No operation was chosen.');
  if (chosen.length > maxChosenOperations)
    throw new UsageError(`At most ${maxChosenOperations} operations can be chosen here.`);
  return chosen;
}

/** Prompts go where the other words beside a result go. */
function terminalOf(stderr: CliIo['stderr']): Writable {
  const output = new Writable({
    write(chunk, _encoding, done) {
      stderr.write(String(chunk));
      done();
    },
  });
  return Object.assign(output, { columns: stderr.columns ?? 100, rows: stderr.rows ?? 24, isTTY: true });
}
