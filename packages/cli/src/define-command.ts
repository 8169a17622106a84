import type { Command } from 'commander';
import type { GlobalOptions } from './config.ts';
import type { CommandContext } from './context.ts';

/** Runs a command's work; the program supplies it. */
export type Run = (
  command: Command,
  globals: GlobalOptions,
  work: (context: CommandContext) => Promise<number | undefined>,
) => Promise<void>;

export interface CommandDefinition<Args extends unknown[], Options> {
  /** With its arguments, such as `show <name>`. */
  readonly name: string;
  readonly summary: string;
  /** More for --help, after the summary. */
  readonly description?: string;
  readonly examples: readonly string[];
  /** Further options and arguments. */
  readonly configure?: (command: Command) => void;
  /** After the examples in --help. */
  readonly footer?: string;
  /** Returns the exit code; nothing is 0. */
  run(context: CommandContext, options: Options & GlobalOptions, ...args: Args): Promise<number | undefined>;
}

/** The options that every command takes, before or after its name. */
export function addGlobalOptions(command: Command): Command {
  return command
    .optionsGroup('Options of every command:')
    .option('--json', 'print one JSON document instead of text, errors too')
    .option('--tenant <id>', 'the tenant it concerns ($PATCHBAY_TENANT, else dev.json)')
    .option('--nats <urls>', 'where NATS is ($PATCHBAY_NATS_URL, else dev.json)')
    .option('--credentials <file>', 'key file of the identity to use ($PATCHBAY_CREDENTIALS, else dev.json)');
}

type HelpEnd = Pick<CommandDefinition<never, never>, 'examples' | 'footer'>;
const helpEnds = new WeakMap<Command, HelpEnd>();

/** What ends a command's help. A group has none. */
export function helpEndOf(command: Command): HelpEnd {
  return helpEnds.get(command) ?? { examples: [] };
}

/** Adds a command to its parent. */
export function defineCommand<Args extends unknown[], Options>(
  parent: Command,
  run: Run,
  definition: CommandDefinition<Args, Options>,
): Command {
  const command = parent.command(definition.name).summary(definition.summary);
  command.description(definition.description ?? `${definition.summary}.`);
  definition.configure?.(command);
  addGlobalOptions(command);
  helpEnds.set(command, definition);
  command.addHelpText('after', `\nExamples:\n${definition.examples.map((line) => `  $ ${line}`).join('\n')}`);
  if (definition.footer !== undefined) command.addHelpText('after', `\n${definition.footer}`);
  command.action(async () => {
    const globals = command.optsWithGlobals<Options & GlobalOptions>();
    await run(command, globals, (context) => definition.run(context, globals, ...(command.processedArgs as Args)));
  });
  return command;
}

/** Adds a command that only groups others. */
export function defineGroup(parent: Command, name: string, summary: string): Command {
  return parent.command(name).summary(summary).description(`${summary}.`);
}
