import type { Command, Option } from 'commander';
import { helpEndOf } from './define-command.ts';
import { exitCodeHelp } from './exit-codes.ts';
import { createProgram } from './program.ts';

const globalNames = new Set(['json', 'tenant', 'nats', 'credentials']);

/** `docs/reference/cli.md`, whole, from the command tree. */
export function renderCliDocs(): string {
  const program = createProgram(async () => {});
  const shown = visible(program);
  const index = shown.map((command) => `- [\`${nameOf(command)}\`](#${anchorOf(command)}): ${command.summary()}`);
  return `<!-- Written from packages/cli/src by \`npm run docs:cli\`. Do not edit by hand: a test compares. -->

# The \`patchbay\` command

In the checkout it is \`npx patchbay\`. \`patchbay <command> --help\` prints what stands here; words in \`<>\` are needed, those in \`[]\`
may be left out, and what ends in \`…\` may be given several times. Completion for shells: \`patchbay completion\`.

Every command takes these, before or after its name:

${optionTable(program.options.filter((option) => globalNames.has(option.attributeName())))}

\`\`\`text
${exitCodeHelp}
\`\`\`

${index.join('\n')}

${shown.map(sectionOf).join('\n')}`;
}

/** A group comes before its commands. */
function visible(command: Command): Command[] {
  // What is asked by completion scripts alone is nobody's to type.
  const children = command.commands.filter((child) => child.name() !== 'complete' && child.name() !== 'help');
  return children.flatMap((child) => [child, ...visible(child)]);
}

function nameOf(command: Command): string {
  return command.parent === null ? command.name() : `${nameOf(command.parent)} ${command.name()}`;
}

function anchorOf(command: Command): string {
  return nameOf(command).replaceAll(' ', '-');
}

function sectionOf(command: Command): string {
  const depth = nameOf(command).split(' ').length === 2 ? '##' : '###';
  const options = command.options.filter((option) => !option.hidden && !globalNames.has(option.attributeName()));
  const args = command.registeredArguments.filter(({ description }) => description !== '');
  const { examples, footer } = helpEndOf(command);
  const parts = [
    `${depth} ${nameOf(command)}`,
    prose(command.description()),
    command.commands.length === 0 ? `\`${nameOf(command)} ${command.usage()}\`` : '',
    args.length === 0
      ? ''
      : `| argument | meaning |\n|---|---|\n${args.map((arg) => `| \`${arg.name()}\` | ${cell(arg.description)} |`).join('\n')}`,
    optionTable(options),
    examples.length === 0 ? '' : `\`\`\`sh\n${examples.join('\n')}\n\`\`\``,
    footer === undefined ? '' : `\`\`\`text\n${footer}\n\`\`\``,
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function optionTable(options: readonly Option[]): string {
  if (options.length === 0) return '';
  return `| option | meaning |\n|---|---|\n${options.map((option) => `| \`${option.flags.replaceAll('|', '\\|')}\` | ${meaningOf(option)} |`).join('\n')}`;
}

function meaningOf(option: Option): string {
  const more = [
    option.argChoices === undefined ? null : `one of ${option.argChoices.map((choice) => `\`${choice}\``).join(', ')}`,
    option.defaultValue === undefined || option.defaultValue === false || isEmpty(option.defaultValue)
      ? null
      : `default ${option.defaultValueDescription ?? `\`${String(option.defaultValue)}\``}`,
    option.mandatory ? 'required' : null,
  ].filter((part) => part !== null);
  return `${cell(option.description)}${more.length === 0 ? '' : ` (${more.join('; ')})`}`;
}

function isEmpty(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

/** As it stands in the help, where nothing is markup. */
function prose(text: string): string {
  return text.replaceAll('<', '&lt;').replaceAll('*', '\\*').replaceAll('_', '\\_');
}

function cell(text: string): string {
  return prose(text).replaceAll('|', '\\|').replaceAll('\n', ' ');
}

if (import.meta.main) process.stdout.write(renderCliDocs());
