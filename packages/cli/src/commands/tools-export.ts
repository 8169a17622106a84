import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { PatchbayError, ToolFormat } from '@patchbay/contracts';
import type { Agent } from '@patchbay/sdk';
import { type Command, Option } from 'commander';
import { defineCommand, type Run } from '../define-command.ts';
import { everyTool } from '../every-tool.ts';
import { UsageError } from '../failures.ts';
import { several } from '../input/several.ts';
import { count } from '../render/style.ts';

interface Options {
  readonly integration?: string;
  readonly toolset?: string;
  readonly tools: readonly string[];
  readonly format: ToolFormat;
  readonly namespaces?: true;
  readonly cache?: '5m' | '1h';
  readonly out?: string;
}

/** As many as one request names. Models choose badly among far fewer. */
const mostTools = 128;

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
    async run(context, { integration, toolset, tools, format, namespaces, cache, out }) {
      const agent = await context.agent();
      const named = tools.flatMap((names) => names.split(',')).filter((name) => name !== '');
      const names = named.length > 0 ? named : await namesOf(agent, { integration, toolset });
      if (names.length > mostTools)
        throw new UsageError(`These are ${names.length} tools, and one request takes ${mostTools}. Choose fewer.`);
      const { tools: definitions, missing } = await agent.tools.describe(names, format, {
        ...(toolset !== undefined && { toolset }),
        ...(namespaces === true && { namespaces }),
        ...(cache !== undefined && { cache_control: cache }),
      });
      if (missing.length > 0)
        throw new PatchbayError('tool_not_found', {
          message: `Tenant '${agent.tenant}' has no tool ${missing.map((name) => `'${name}'`).join(', ')}.`,
        });
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

async function namesOf(
  agent: Agent,
  { integration, toolset }: { readonly integration: string | undefined; readonly toolset: string | undefined },
): Promise<string[]> {
  if (integration === undefined && toolset === undefined)
    throw new UsageError('Say which tools: --integration, --toolset or --tools.');
  const tools = await everyTool(agent, {
    ...(integration !== undefined && { integration }),
    ...(toolset !== undefined && { toolset }),
  });
  if (tools.length === 0)
    throw new PatchbayError('tool_not_found', { message: `No tool of tenant '${agent.tenant}' matches.` });
  return tools.map(({ name }) => name);
}
