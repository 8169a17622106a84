import { Category, type ToolSummary } from '@patchbay/contracts';
import { type Command, Option } from 'commander';
import { defineCommand, type Run } from '../define-command.ts';
import { everyTool } from '../every-tool.ts';
import { count } from '../render/style.ts';
import { renderTools } from '../render/tools.ts';

interface Options {
  readonly category?: Category;
  readonly integration?: string;
  readonly risk?: ToolSummary['risk'];
  readonly toolset?: string;
}

export function addToolsList(parent: Command, run: Run): void {
  defineCommand<[], Options>(parent, run, {
    name: 'list',
    summary: 'List the tools that the tenant can call',
    examples: [
      'patchbay tools list',
      'patchbay tools list --integration slack --risk read',
      'patchbay tools list --json',
    ],
    configure: (command) =>
      command
        .addOption(new Option('--category <category>', 'only this category').choices(Category.options))
        .option('--integration <id>', 'only this integration')
        .option('--toolset <name>', 'only this toolset')
        .addOption(new Option('--risk <risk>', 'only this risk').choices(['read', 'write', 'destructive'])),
    async run(context, { category, integration, risk, toolset }) {
      const agent = await context.agent();
      const tools = await everyTool(agent, {
        ...(category !== undefined && { category }),
        ...(integration !== undefined && { integration }),
        ...(risk !== undefined && { risk }),
        ...(toolset !== undefined && { toolset }),
      });
      context.show({ tenant: agent.tenant, total: tools.length, tools }, () =>
        tools.length === 0
          ? `No tool of tenant '${agent.tenant}' matches.`
          : `${renderTools(tools, context)}\n\n${count(tools.length, 'tool')}. Look at one: patchbay tools show <name>`,
      );
      return undefined;
    },
  });
}
