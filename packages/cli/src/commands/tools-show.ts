import { PatchbayError, ToolFormat, ToolName } from '@patchbay/contracts';
import { type Command, Option } from 'commander';
import type { CommandContext } from '../context.ts';
import { defineCommand, type Run } from '../define-command.ts';
import { UsageError } from '../failures.ts';
import { type DescribedTool, renderTool } from '../render/tool.ts';

interface Options {
  readonly format?: ToolFormat;
}

export function addToolsShow(parent: Command, run: Run): void {
  defineCommand<[string], Options>(parent, run, {
    name: 'show <name>',
    summary: 'Show a tool: its arguments, its risk, examples; or its definition for a model API',
    examples: [
      'patchbay tools show slack_post_message',
      'patchbay tools show slack_post_message --format anthropic',
      'patchbay tools show slack_post_message --format mcp > tool.json',
    ],
    configure: (command) =>
      command.addOption(
        new Option('--format <format>', 'print the definition as JSON, ready for that API').choices(ToolFormat.options),
      ),
    async run(context, { format }, name) {
      const tool = await describedTool(context, name, format ?? 'patchbay');
      // A definition in a format is there to be handed on, so it is JSON in any case.
      context.show(tool, () =>
        format === undefined ? renderTool(tool as unknown as DescribedTool, context) : JSON.stringify(tool, null, 2),
      );
      return undefined;
    },
  });
}

/** @throws PatchbayError `tool_not_found` that names close matches. */
async function describedTool(context: CommandContext, name: string, format: ToolFormat) {
  if (!ToolName.safeParse(name).success)
    throw new UsageError(`'${name}' is no tool name: a lower-case letter, then letters, digits or underscores.`);
  const agent = await context.agent();
  const tool = (await agent.tools.describe([name], format)).tools[0];
  if (tool !== undefined) return tool;
  const similar = (await agent.tools.search(name.replaceAll('_', ' '), { limit: 3 })).tools.map((found) => found.name);
  throw new PatchbayError('tool_not_found', {
    message: `Tenant '${agent.tenant}' has no tool '${name}'.${similar.length > 0 ? ` Did you mean ${similar.join(', ')}?` : ''}`,
    details: { similar },
  });
}
