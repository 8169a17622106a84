import type { Command } from 'commander';
import { defineGroup, type Run } from '../../define-command.ts';
import { addToolsetsList } from './toolsets-list.ts';
import { addToolsetsRemove } from './toolsets-remove.ts';
import { addToolsetsSet } from './toolsets-set.ts';
import { addToolsetsShow } from './toolsets-show.ts';

export function addToolsets(program: Command, run: Run): void {
  const toolsets = defineGroup(program, 'toolsets', 'Manage named choices of tools for kinds of agents');
  for (const add of [addToolsetsList, addToolsetsShow, addToolsetsSet, addToolsetsRemove]) add(toolsets, run);
}
