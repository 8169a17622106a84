import type { Command } from 'commander';
import { defineCommand, type Run } from '../../define-command.ts';
import { scopeOf } from '../../input/scope.ts';
import { renderToolsets } from '../../render/toolsets.ts';

export function addToolsetsList(parent: Command, run: Run): void {
  defineCommand<[], object>(parent, run, {
    name: 'list',
    summary: 'List the toolsets that agents can name',
    description: "List the toolsets that agents can name. With --tenant, that tenant's; else those for every tenant.",
    examples: ['patchbay toolsets list', 'patchbay toolsets list --tenant acme --json'],
    async run(context, { tenant }) {
      const { toolsets } = await context.admin();
      const found = await toolsets.list(scopeOf(tenant));
      context.show({ toolsets: found }, () => renderToolsets(found, context));
      return undefined;
    },
  });
}
