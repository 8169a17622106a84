import { newId } from '@patchbay/contracts';
import type { Plan } from '@patchbay/sdk';
import type { Command } from 'commander';
import { defineCommand, type Run } from '../define-command.ts';
import { exitCodeHelp, exitCodeOfPlan } from '../exit-codes.ts';
import { addPlanOptions, type PlanOptions, planOf, readPlan } from '../input/plan-source.ts';
import { onInterrupt } from '../on-interrupt.ts';
import { renderPlan, renderProgress } from '../render/plan.ts';

export function addPlan(parent: Command, run: Run): void {
  defineCommand<[string], PlanOptions>(parent, run, {
    name: 'plan <file>',
    summary: 'Make several tool calls, parallel and dependent',
    description:
      'Make the calls of a plan: a JSON file as docs/plans.md describes it, or - for standard input. Shows each call as it begins and ends, on the level on which it waits for others. Ctrl-C cancels the plan.',
    examples: [
      'patchbay plan docs/examples/welcome-caller.json',
      'patchbay plan welcome.json --deadline 2500 --key call-77-welcome',
      'jq -n \'{calls: [{id: "who", tool: "slack_check_connection"}]}\' | patchbay plan - --json',
    ],
    footer: exitCodeHelp,
    configure: (command) =>
      addPlanOptions(command, {
        key: 'idempotency key: a repeat with it answers from the first time and never acts twice',
        deadline: 'milliseconds within which the answer must be here',
      }),
    async run(context, options, file) {
      const { io } = context;
      const request = await readPlan(file, io);
      const agent = await context.agent();
      const planId = request.plan_id ?? newId('plan');
      const plan: Plan = {
        ...planOf(request, options),
        planId,
        onProgress: (event) => context.note(renderProgress(event, context)),
      };
      // The plan's own answer, or its deadline, still ends the command.
      const cancel = () =>
        void agent.cancel({ plan_id: planId, reason: 'interrupted at the terminal' }).catch(() => {});
      const stopListening = onInterrupt(io.interrupt, cancel);
      try {
        const result = await agent.plan(plan);
        context.show(result, () => renderPlan(result, context));
        return exitCodeOfPlan(result);
      } finally {
        stopListening();
      }
    },
  });
}
