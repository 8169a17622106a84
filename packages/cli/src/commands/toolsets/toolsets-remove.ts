import type { Command } from 'commander';
import { defineCommand, type Run } from '../../define-command.ts';
import { scopeOf } from '../../input/scope.ts';
import { requireToolsetName } from './toolsets-show.ts';

export function addToolsetsRemove(parent: Command, run: Run): void {
  defineCommand<[string], object>(parent, run, {
    name: 'remove <name>',
    summary: 'Remove a toolset; agents that name it are refused from then on',
    examples: ['patchbay toolsets remove front-desk --tenant acme'],
    async run(context, { tenant }, name) {
      requireToolsetName(name);
      const { toolsets } = await context.admin();
      await toolsets.remove(name, scopeOf(tenant));
      context.show({ removed: name }, () => `${context.style.good('removed')}  ${context.style.name(name)}`);
      return undefined;
    },
  });
}
