import { ApprovalState } from '@patchbay/contracts';
import { type Command, Option } from 'commander';
import { defineCommand, defineGroup, type Run } from '../../define-command.ts';
import { renderApprovals } from '../../render/access-policies.ts';

export function addApprovals(program: Command, run: Run): void {
  const approvals = defineGroup(program, 'approvals', 'Decide about calls that wait for a person');
  defineCommand<[], { readonly state?: ApprovalState }>(approvals, run, {
    name: 'list',
    summary: 'List calls that wait for a person, newest first',
    examples: ['patchbay approvals list', 'patchbay approvals list --state used --json'],
    configure: (command) =>
      command.addOption(
        new Option('--state <state>', 'those in this state').choices(ApprovalState.options).default('waiting'),
      ),
    async run(context, { state = 'waiting' }) {
      const { approvals: admin } = await context.admin();
      const found = await admin.list({ state });
      context.show({ approvals: found }, () => renderApprovals(found, context));
      return undefined;
    },
  });
  addDecision(approvals, run, 'approve', 'Approve a call: it passes once');
  addDecision(approvals, run, 'refuse', 'Refuse a call');
}

function addDecision(parent: Command, run: Run, decision: 'approve' | 'refuse', summary: string): void {
  defineCommand<[string], { readonly note?: string }>(parent, run, {
    name: `${decision} <id>`,
    summary,
    examples: [`patchbay approvals ${decision} apr_01JD0000000000000000000000 --note "spoke with Ada"`],
    configure: (command) => command.option('--note <text>', 'for whoever looks at it later'),
    async run(context, { note }, id) {
      const { approvals } = await context.admin();
      const approval = await approvals.decide(id, decision, note === undefined ? {} : { note });
      const { style } = context;
      context.show({ approval }, () => `${style.good(approval.state)}  ${style.name(id)}  ${approval.tool}`);
      return undefined;
    },
  });
}
