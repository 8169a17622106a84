import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { ToolFormat } from '@patchbay/contracts';
import { type Command, Option } from 'commander';
import { chosenTools, requireAll, type ToolChoice } from '../chosen-tools.ts';
import { defineCommand, type Run } from '../define-command.ts';
import { several } from '../input/several.ts';
import { count } from '../render/style.ts';

interface Options extends ToolChoice {
  readonly format: ToolFormat;
  readonly namespaces?: true;
  readonly cache?: '5m' | '1h';
  readonly out?: string;
}

export function addToolsExport(parent: Command, run: Run): void {
  defineCommand<[], Options>(parent, run, {
    name: 'export',
    summary: 'Write the definitions of tools, ready for one request to a model API',
    examples: [
      'patchbay tools export --integration slack --format anthropic',
      'patchbay tools export --toolset front-desk --format openai-responses --namespaces --out tools.json',
      'patchbay tools export --tools slack_post_message,slack_lookup_user --format ai-sdk',
    ],
    configure: (command) =>
      command
        .addOption(new Option('--format <format>', 'which API').choices(ToolFormat.options).makeOptionMandatory())
        .option('--integration <id>', 'the tools of this integration')
        .option('--toolset <name>', 'the tools of this toolset, loaded as it says')
        .option('--tools <names>', 'these tools, separated by commas (several times)', several, [])
        .option('--namespaces', 'openai-responses: one namespace for each integration')
        .addOption(
          new Option('--cache <time>', 'anthropic: mark the tools for the cache of prompts').choices(['5m', '1h']),
        )
        .option('--out <file>', 'write to this file'),
    async run(context, { format, namespaces, cache, out, ...choice }) {
      const { toolset } = choice;
      const agent = await context.agent();
      const names = await chosenTools(agent, choice);
      const { tools: definitions, missing } = await agent.tools.describe(names, format, {
        ...(toolset !== undefined && { toolset }),
        ...(namespaces === true && { namespaces }),
        ...(cache !== undefined && { cache_control: cache }),
      });
      requireAll(agent, missing);
      const text = JSON.stringify(definitions, null, 2);
      if (out === undefined) context.show(definitions, () => text);
      else {
        await writeFile(resolve(context.io.cwd, out), `${text}\n`);
        context.show({ file: out, tools: names.length }, () => `Wrote ${count(names.length, 'tool')} to ${out}.`);
      }
      return undefined;
    },
  });
}
