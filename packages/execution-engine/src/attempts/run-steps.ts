import type { ErrorBody } from '@patchbay/contracts';
import { errorBody } from '@patchbay/contracts';
import { runTasks } from '../plan/run-tasks.ts';
import type { StepPlan } from '../request/step-plan.ts';
import type { AttemptPorts, Execution } from './execution.ts';
import type { Success } from './judge-response.ts';
import { runStep } from './run-step.ts';
import type { Failure } from './verdict.ts';

/** How a tool of several steps failed. */
export interface StepsFailure {
  readonly ok: false;
  readonly status: Failure['status'];
  readonly error: ErrorBody;
}

/**
 * Carries out the steps of a tool as a plan's calls are, each after the one before it; the first to fail keeps the rest from
 * beginning. The answer of the last is the tool's.
 */
export async function runSteps(ports: AttemptPorts, execution: Execution): Promise<Success | StepsFailure> {
  const { steps } = execution.input.prepared;
  const done: string[] = [];
  let tookEffect = false;
  let failure: StepsFailure | null = null;
  const results = await runTasks<Success | Failure | null>({
    tasks: steps.map((_, index) => ({ after: index === 0 ? [] : [index - 1] })),
    concurrency: 1,
    begin: (index) =>
      failure === null ? { start: () => runStep(ports, execution, steps[index] as StepPlan) } : { result: null },
    onEnd(index, result) {
      const { id, effectWithKey } = steps[index] as StepPlan;
      if (result === null) return;
      if (!result.ok) {
        failure = inStep(result, id, done, tookEffect);
        return;
      }
      execution.steps[id] = result.value;
      done.push(id);
      tookEffect ||= effectWithKey !== 'read';
    },
  });
  return failure ?? (results.at(-1) as Success);
}

/**
 * A failure in one of several steps names the step and those done. After a step that had an effect the execution as a
 * whole can no longer be said to have had none: what would be refused, cancelled or out of time becomes
 * `outcome_unknown`, and nothing is called retryable, since a repeat would begin with the first step.
 */
function inStep(failure: Failure, step: string, done: readonly string[], tookEffect: boolean): StepsFailure {
  const details = { ...failure.error.details, failed_step: step, completed_steps: done };
  if (!tookEffect) {
    const status = failure.status === 'refused' && done.length > 0 ? 'failed' : failure.status;
    return { ok: false, status, error: { ...failure.error, details } };
  }
  const claimsNoEffect =
    failure.status === 'refused' || failure.status === 'cancelled' || failure.error.code === 'deadline_exceeded';
  if (!claimsNoEffect)
    return { ok: false, status: failure.status, error: { ...failure.error, retryable: false, details } };
  return {
    ok: false,
    status: 'outcome_unknown',
    error: errorBody('outcome_unknown', {
      message: `Step '${step}' was not completed after '${done.join("', '")}' had taken effect.`,
      details: { ...details, cause: failure.error.code },
    }),
  };
}
