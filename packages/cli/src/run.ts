import { CommanderError } from 'commander';
import { wantsColor } from './config.ts';
import { openContext } from './context.ts';
import type { Run } from './define-command.ts';
import { everyCommand } from './every-command.ts';
import { exitCodes } from './exit-codes.ts';
import { failureOf, UsageError } from './failures.ts';
import { createProgram } from './program.ts';
import { failureDocument, renderFailure } from './render/failure.ts';
import { createStyle } from './render/style.ts';
import type { CliIo } from './terminal.ts';

/** Runs one command line, without the program's name, and returns the exit code. Never throws, never ends the process. */
export async function run(argv: readonly string[], io: CliIo): Promise<number> {
  const style = createStyle(wantsColor(io.env, io.stdout.isTTY === true));
  let exitCode: number = exitCodes.ok;
  let complaint = '';

  const runCommand: Run = async (_command, globals, work) => {
    const context = openContext(io, globals, style);
    try {
      exitCode = (await work(context)) ?? exitCodes.ok;
    } finally {
      await context.close();
    }
  };
  const program = createProgram(runCommand);
  // Subcommands were made before these settings; each takes them for itself.
  for (const command of everyCommand(program))
    command.exitOverride().configureOutput({
      writeOut: (text) => io.stdout.write(text),
      // What commander writes here is the help of a group without a command, or of a program without one.
      writeErr: (text) => io.stderr.write(text),
      outputError: (text) => {
        complaint = text;
      },
      getOutHasColors: () => false,
      getErrHasColors: () => false,
      getOutHelpWidth: () => io.stdout.columns ?? 100,
      getErrHelpWidth: () => io.stderr.columns ?? 100,
    });
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return exitCodes.ok;
      if (error.code === 'commander.help') return exitCodes.usage;
      return fail(new UsageError(withoutValues(complaint || error.message)));
    }
    return fail(error);
  }

  function fail(error: unknown): number {
    const failure = failureOf(error);
    if (wantsJson(argv)) io.stdout.write(`${JSON.stringify(failureDocument(failure), null, 2)}\n`);
    else io.stderr.write(`${renderFailure(failure, style)}\n`);
    return failure.exitCode;
  }
}

function wantsJson(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  return (end === -1 ? argv : argv.slice(0, end)).includes('--json');
}

/** Commander's own words, without what stood behind `=`: it may be a secret that was given to a mistyped option. */
function withoutValues(complaint: string): string {
  return complaint
    .replace(/^error: /, '')
    .replace(/'(--?[A-Za-z0-9-]+)=[^\n]*'/g, "'$1'")
    .replaceAll('\n', ' ')
    .trim();
}
