import type { Command } from 'commander';
import type { CommandContext } from '../../context.ts';
import { UsageError } from '../../failures.ts';
import { readInput } from '../../input/read-source.ts';

export interface SubjectOptions {
  readonly subject?: string;
}

/** What names a person: `-` reads it from standard input, as arguments are seen by other users of the machine. */
export function subjectOption(command: Command): Command {
  return command.option(
    '--subject <who>',
    "'phone:+1555…', 'email:…', 'id:…', or without a kind; '-' reads it from standard input",
  );
}

/** @throws UsageError when nobody is named. */
export async function subjectOf(context: CommandContext, { subject }: SubjectOptions): Promise<string> {
  const named = subject === '-' ? (await readInput(context.io, 4_096)).trim() : subject;
  if (named === undefined || named === '')
    throw new UsageError("Say who: --subject 'phone:+15551234567', 'email:ada@example.com' or 'id:u-17'.");
  return named;
}
