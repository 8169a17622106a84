import { ToolsetName } from '@patchbay/contracts';
import type { Command } from 'commander';
import { defineCommand, type Run } from '../../define-command.ts';
import { UsageError } from '../../failures.ts';
import { scopeOf } from '../../input/scope.ts';
import { renderToolset } from '../../render/toolsets.ts';

export function addToolsetsShow(parent: Command, run: Run): void {
  defineCommand<[string], object>(parent, run, {
    name: 'show <name>',
    summary: 'Show the tools of a toolset, and how much of a model’s context they take',
    examples: ['patchbay toolsets show front-desk --tenant acme', 'patchbay toolsets show front-desk --json'],
    async run(context, { tenant }, name) {
      requireToolsetName(name);
      const { toolsets } = await context.admin();
      const found = await toolsets.show(name, scopeOf(tenant));
      context.show(found, () => renderToolset(found, context));
      return undefined;
    },
  });
}

/** @throws UsageError */
export function requireToolsetName(name: string): void {
  const parsed = ToolsetName.safeParse(name);
  if (!parsed.success) throw new UsageError(`'${name}': ${parsed.error.issues[0]?.message}.`);
}
