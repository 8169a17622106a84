import type { Command, Option } from 'commander';

export interface Suggestion {
  readonly word: string;
  readonly meaning: string;
}

/** What only a running Patchbay knows: the values of an argument or an option. Empty when it does not run. */
export type DynamicWords = (wanted: {
  /** The command's path, such as `tools show`. */
  readonly command: string;
  /** An argument's position from 0, or an option's name such as `--integration`. */
  readonly place: number | string;
  /** The arguments before it. */
  readonly before: readonly string[];
}) => Promise<readonly Suggestion[]>;

/** What can stand where the cursor is. The last word is the one being typed. */
export async function suggest(
  program: Command,
  words: readonly string[],
  dynamic: DynamicWords,
): Promise<Suggestion[]> {
  const typed = words.at(-1) ?? '';
  let command = program;
  const path: string[] = [];
  const before: string[] = [];
  let open: Option | null = null;
  for (const word of words.slice(0, -1)) {
    if (open !== null) {
      open = null;
      continue;
    }
    if (word.startsWith('--') && word.includes('=')) continue;
    if (word.startsWith('-') && word !== '-') {
      const option = optionOf(command, word);
      open = option !== undefined && (option.required || option.optional) ? option : null;
      continue;
    }
    const child = command.commands.find((one) => one.name() === word);
    if (child !== undefined && before.length === 0) {
      command = child;
      path.push(word);
    } else before.push(word);
  }
  const here = path.join(' ');
  const fitting = (found: readonly Suggestion[]) => found.filter(({ word }) => word.startsWith(typed));
  if (open !== null) {
    const choices = (open.argChoices ?? []).map((word) => ({ word, meaning: '' }));
    return fitting(choices.length > 0 ? choices : await dynamic({ command: here, place: open.long ?? '', before }));
  }
  if (typed.startsWith('-')) return fitting(optionsOf(command));
  if (command.commands.length > 0 && before.length === 0) return fitting(subcommandsOf(command));
  const argument = command.registeredArguments[Math.min(before.length, command.registeredArguments.length - 1)];
  const choices = (argument?.argChoices ?? []).map((word) => ({ word, meaning: '' }));
  return fitting(choices.length > 0 ? choices : await dynamic({ command: here, place: before.length, before }));
}

function optionOf(command: Command, word: string): Option | undefined {
  return command.options.find(({ long, short }) => long === word || short === word);
}

function optionsOf(command: Command): Suggestion[] {
  return command
    .createHelp()
    .visibleOptions(command)
    .flatMap(({ long, description }) => (long ? [{ word: long, meaning: description }] : []));
}

function subcommandsOf(command: Command): Suggestion[] {
  return command
    .createHelp()
    .visibleCommands(command)
    .map((child) => ({ word: child.name(), meaning: child.summary() || child.description() }));
}
