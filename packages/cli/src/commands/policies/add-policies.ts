import type { Command } from 'commander';
import { defineGroup, type Run } from '../../define-command.ts';
import { addPoliciesCheck } from './policies-check.ts';
import { addPoliciesDryRun, addPoliciesExplain } from './policies-explain.ts';
import { addPoliciesLint, addPoliciesTest } from './policies-lint.ts';
import { addPoliciesList, addPoliciesShow } from './policies-list.ts';
import { addPoliciesPut, addPoliciesRemove } from './policies-put.ts';

export function addPolicies(program: Command, run: Run): void {
  const policies = defineGroup(program, 'policies', 'Say who may call which tool, and check what tenants may do');
  for (const add of [
    addPoliciesList,
    addPoliciesShow,
    addPoliciesPut,
    addPoliciesRemove,
    addPoliciesLint,
    addPoliciesTest,
    addPoliciesExplain,
    addPoliciesDryRun,
    addPoliciesCheck,
  ])
    add(policies, run);
}
