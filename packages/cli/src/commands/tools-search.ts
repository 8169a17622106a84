import { Category, ToolFormat } from '@patchbay/contracts';
import { type Command, Option } from 'commander';
import { defineCommand, type Run } from '../define-command.ts';
import { UsageError } from '../failures.ts';
import { wholeNumber } from '../input/whole-number.ts';
import { renderTools } from '../render/tools.ts';

interface Options {
  readonly limit: number;
  readonly category?: Category;
  readonly toolset?: string;
  readonly format?: ToolFormat;
  readonly maxTokens?: number;
}

export function addToolsSearch(parent: Command, run: Run): void {
  defineCommand<[string[]], Options>(parent, run, {
    name: 'search <words...>',
    summary: 'Find the tools that fit what an agent wants to do',
    examples: [
      'patchbay tools search book a meeting',
      'patchbay tools search Termin absagen',
      'patchbay tools search --format anthropic --max-tokens 2000 "who is calling"',
    ],
    configure: (command) =>
      command
        .option('--limit <n>', 'at most this many, 1 to 20', wholeNumber('--limit', 1, 20), 5)
        .addOption(new Option('--category <category>', 'only this category').choices(Category.options))
        .option('--toolset <name>', 'only this toolset')
        .addOption(
          new Option('--format <format>', 'print the definitions as JSON, ready for that API').choices(
            ToolFormat.options,
          ),
        )
        .option(
          '--max-tokens <n>',
          'only as many as fit, counted in that format',
          wholeNumber('--max-tokens', 1, 100_000),
        ),
    async run(context, { limit, category, toolset, format, maxTokens }, words) {
      const query = words.join(' ');
      if (query.trim() === '' || query.length > 400) throw new UsageError('Search for 1 to 400 characters.');
      const agent = await context.agent();
      const found = await agent.tools.search(query, {
        limit,
        ...(category !== undefined && { category }),
        ...(toolset !== undefined && { toolset }),
        ...(format !== undefined && { format }),
        ...(maxTokens !== undefined && { max_tokens: maxTokens }),
      });
      if (found.left_out.length > 0) context.note(`Left out, for want of tokens: ${found.left_out.join(', ')}.`);
      // Definitions in a format are there to be handed on, so they are JSON in any case.
      context.show(format === undefined ? found : found.definitions, () => {
        if (format !== undefined) return JSON.stringify(found.definitions, null, 2);
        return found.tools.length === 0
          ? `Nothing fits '${query}'. All tools: patchbay tools list`
          : renderTools(found.tools, context);
      });
      return undefined;
    },
  });
}
