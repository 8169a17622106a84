import { CommanderError } from 'commander';
import { everyCommand } from './every-command.ts';
import { createProgram } from './program.ts';

/** What a mention of a command may leave out, which a command line that somebody runs may not. */
const leftOut = new Set([
  'commander.help',
  'commander.missingArgument',
  'commander.missingMandatoryOptionValue',
  'commander.optionMissingArgument',
]);

/**
 * What is wrong with a command line: a command or an option that there is not, a value that the option does not take, an argument
 * too few or too many; null when it can be run.
 * @param words without the program's name
 * @param mention whether it only names a command, as a sentence does: then it may lack what the command needs
 */
export type CommandLineFault = (words: readonly string[], mention?: boolean) => Promise<string | null>;

/** Holds command lines against the command tree, and runs none: for documents, which say what readers then type. */
export function commandLineFaults(): CommandLineFault {
  let said = '';
  const program = createProgram(async () => {});
  for (const command of everyCommand(program))
    command.exitOverride().configureOutput({
      writeOut: () => {},
      writeErr: () => {},
      outputError: (text) => {
        said = text.replace(/^error: /, '').trim();
      },
    });
  return async (words, mention = false) => {
    try {
      await program.parseAsync([...words], { from: 'user' });
      return null;
    } catch (error) {
      if (!(error instanceof CommanderError)) return (error as Error).message;
      if (error.exitCode === 0 || (mention && leftOut.has(error.code))) return null;
      return error.code === 'commander.help' ? 'it is a group, of which a command is missing' : said;
    }
  };
}
