import { type Toolset, ToolsetMember } from '@patchbay/contracts';
import { type Command, Option } from 'commander';
import { defineCommand, type Run } from '../../define-command.ts';
import { UsageError } from '../../failures.ts';
import { scopeOf } from '../../input/scope.ts';
import { renderToolset } from '../../render/toolsets.ts';
import { requireToolsetName } from './toolsets-show.ts';

interface Options {
  readonly title?: string;
  readonly loading?: Toolset['loading'];
}

export function addToolsetsSet(parent: Command, run: Run): void {
  defineCommand<[string, string[]], Options>(parent, run, {
    name: 'set <name> <tools...>',
    summary: 'Make a toolset, or put another in its place',
    description:
      "Make a toolset, or put another in its place: names of tools, or 'slack.*' for every tool of an integration. With --tenant for that tenant, else for every one. It narrows what agents find, not what they may call.",
    examples: [
      "patchbay toolsets set front-desk 'google_calendar.*' slack_post_message --tenant acme --title 'Front desk'",
      "patchbay toolsets set everything 'hubspot.*' 'zendesk.*' --loading deferred",
    ],
    configure: (command) =>
      command
        .option('--title <text>', 'for people (default: its name)')
        .addOption(
          new Option('--loading <how>', 'how models get its definitions, whatever documents say').choices([
            'always',
            'deferred',
          ]),
        ),
    async run(context, { tenant, title, loading }, name, tools) {
      requireToolsetName(name);
      for (const tool of tools) {
        const parsed = ToolsetMember.safeParse(tool);
        if (!parsed.success) throw new UsageError(`'${tool}': ${parsed.error.issues[0]?.message}.`);
      }
      const { toolsets } = await context.admin();
      const result = await toolsets.set(
        name,
        { title: title ?? name, tools, ...(loading !== undefined && { loading }) },
        scopeOf(tenant),
      );
      const done = context.style.good(result.created ? 'made' : 'changed');
      context.show(result, () => `${done}  ${renderToolset(result.toolset, context)}`);
      return undefined;
    },
  });
}
