import type { Command } from 'commander';
import { dynamicWords } from '../completion/dynamic-words.ts';
import { suggest } from '../completion/suggest.ts';
import { addGlobalOptions, type Run } from '../define-command.ts';
import { oneLine } from '../render/style.ts';

/** What the completion scripts ask: the words after `--` are those typed so far, the last the one under the cursor. */
export function addComplete(parent: Command, run: Run): void {
  const command = parent
    .command('complete [words...]', { hidden: true })
    .description('Answers the completion scripts.');
  addGlobalOptions(command);
  command.action((words: string[]) =>
    run(command, command.opts(), async (context) => {
      const found = await suggest(parent, words, dynamicWords(context));
      if (found.length > 0)
        context.io.stdout.write(`${found.map(({ word, meaning }) => `${word}\t${oneLine(meaning, 80)}`).join('\n')}\n`);
      return undefined;
    }),
  );
}
