import type { Command } from 'commander';
import { defineCommand, type Run } from '../define-command.ts';
import { addPlanOptions, type PlanOptions, planOf, readPlan } from '../input/plan-source.ts';
import { count } from '../render/style.ts';
import {
  addSubmissionOptions,
  renderAccepted,
  type SubmissionOptions,
  submissionTerms,
} from '../submission-options.ts';

export function addSubmitPlan(parent: Command, run: Run): void {
  defineCommand<[string], PlanOptions & SubmissionOptions>(parent, run, {
    name: 'submit-plan <file>',
    summary: 'Hand a plan in to be carried out later',
    description:
      "Hand in a plan, as 'patchbay plan' takes it, to be carried out later without waiting for it: each call at least once and as one effect. 'patchbay result' says what became of it.",
    examples: [
      'patchbay submit-plan docs/examples/welcome-caller.json',
      'patchbay submit-plan after-call.json --delay 60000 --json',
    ],
    configure: (command) =>
      addSubmissionOptions(
        addPlanOptions(command, {
          key: "idempotency key (default: the submission's id)",
          deadline: 'milliseconds of one try',
        }),
      ),
    async run(context, options, file) {
      const request = await readPlan(file, context.io);
      const agent = await context.agent();
      const { plan_id: planId } = request;
      const plan = { ...planOf(request, options), ...(planId !== undefined && { planId }) };
      const accepted = await agent.submitPlan(plan, submissionTerms(options));
      context.show(accepted, () =>
        renderAccepted(accepted, `a plan of ${count(request.calls.length, 'call')}`, context),
      );
      return undefined;
    },
  });
}
