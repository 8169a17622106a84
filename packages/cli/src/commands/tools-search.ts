import { Category } from '@patchbay/contracts';
import { type Command, Option } from 'commander';
import { defineCommand, type Run } from '../define-command.ts';
import { UsageError } from '../failures.ts';
import { wholeNumber } from '../input/whole-number.ts';
import { renderTools } from '../render/tools.ts';

interface Options {
  readonly limit: number;
  readonly category?: Category;
}

export function addToolsSearch(parent: Command, run: Run): void {
  defineCommand<[string[]], Options>(parent, run, {
    name: 'search <words...>',
    summary: 'Find the tools that fit what an agent wants to do',
    examples: ['patchbay tools search book a meeting', 'patchbay tools search --limit 3 "who is calling"'],
    configure: (command) =>
      command
        .option('--limit <n>', 'at most this many, 1 to 50', wholeNumber('--limit', 1, 50), 5)
        .addOption(new Option('--category <category>', 'only this category').choices(Category.options)),
    async run(context, { limit, category }, words) {
      const query = words.join(' ');
      if (query.trim() === '' || query.length > 400) throw new UsageError('Search for 1 to 400 characters.');
      const agent = await context.agent();
      const found = await agent.tools.search(query, { limit, ...(category !== undefined && { category }) });
      context.show(found, () =>
        found.tools.length === 0
          ? `Nothing fits '${query}'. All tools: patchbay tools list`
          : renderTools(found.tools, context),
      );
      return undefined;
    },
  });
}
