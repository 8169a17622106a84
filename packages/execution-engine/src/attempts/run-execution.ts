import type { ErrorBody } from '@patchbay/contracts';
import { errorBody } from '@patchbay/contracts';
import type { ExecuteOutcome } from '../engine-types.ts';
import { loadFiles } from '../files/load-files.ts';
import type { Truncation } from '../response/limit-items.ts';
import { pickOutput, shapeOutput } from '../response/shape-output.ts';
import { withNote } from '../response/truncation-note.ts';
import type { AttemptPorts, Execution } from './execution.ts';
import type { Success } from './judge-response.ts';
import { readPages } from './read-pages.ts';
import { runStep } from './run-step.ts';
import { transformOutput } from './transform-output.ts';
import type { Failure } from './verdict.ts';

/** Carries out the steps in order; the answer of the last is the output. */
export async function runExecution(ports: AttemptPorts, execution: Execution): Promise<ExecuteOutcome> {
  const { prepared } = execution.input;
  const { steps, pagination, transform } = prepared;
  if (prepared.files.length > 0) {
    const refused = await loadFiles(ports, execution);
    if (refused !== null) return failed(execution, refused);
  }
  if (transform !== null) ports.transform.warm();
  const done: string[] = [];
  let tookEffect = false;
  let answer: Success | null = null;
  for (const step of steps) {
    const result = await runStep(ports, execution, step);
    if (!result.ok) return failed(execution, steps.length === 1 ? result : inStep(result, step.id, done, tookEffect));
    answer = result;
    if (steps.length === 1) break;
    execution.steps[step.id] = result.value;
    done.push(step.id);
    tookEffect ||= step.effectWithKey !== 'read';
  }
  let note: Truncation | null = null;
  if (pagination !== null) {
    const pages = await readPages(ports, execution, steps[0], pagination, answer as Success);
    if ('status' in pages) return failed(execution, pages);
    answer = pages.answer;
    note = pages.note;
  }
  if (transform === null) {
    const { output, truncated } = shapeOutput(prepared, answer as Success, execution.steps, execution.scrubber, note);
    return outcome(execution, 'succeeded', output, null, truncated);
  }
  const picked = pickOutput(prepared, answer as Success, execution.steps, execution.scrubber);
  const shaped = await transformOutput(ports, execution, transform, picked);
  if ('error' in shaped) return failed(execution, { status: 'failed', error: shaped.error });
  const { output, truncated } = withNote(shaped, note);
  return outcome(execution, 'succeeded', output, null, truncated);
}

/**
 * A failure in one of several steps names the step and those done. After a step that had an effect the execution as a
 * whole can no longer be said to have had none: what would be refused, cancelled or out of time becomes
 * `outcome_unknown`, and nothing is called retryable, since a repeat would begin with the first step.
 */
function inStep(
  failure: Failure,
  step: string,
  done: readonly string[],
  tookEffect: boolean,
): { status: Failure['status']; error: ErrorBody } {
  const details = { ...failure.error.details, failed_step: step, completed_steps: done };
  if (!tookEffect) {
    const status = failure.status === 'refused' && done.length > 0 ? 'failed' : failure.status;
    return { status, error: { ...failure.error, details } };
  }
  const claimsNoEffect =
    failure.status === 'refused' || failure.status === 'cancelled' || failure.error.code === 'deadline_exceeded';
  if (!claimsNoEffect) return { status: failure.status, error: { ...failure.error, retryable: false, details } };
  return {
    status: 'outcome_unknown',
    error: errorBody('outcome_unknown', {
      message: `Step '${step}' was not completed after '${done.join("', '")}' had taken effect.`,
      details: { ...details, cause: failure.error.code },
    }),
  };
}

function failed(execution: Execution, failure: { status: Failure['status']; error: ErrorBody }): ExecuteOutcome {
  // Only an execution that sent nothing at all is refused.
  const status = failure.status === 'refused' && execution.sent ? 'failed' : failure.status;
  return outcome(execution, status, null, failure.error, false);
}

function outcome(
  execution: Execution,
  status: ExecuteOutcome['status'],
  output: unknown,
  error: ErrorBody | null,
  truncated: boolean,
): ExecuteOutcome {
  const { attempts, upstreamMs, upstreamStatus } = execution;
  return { status, output, error, attempts, upstreamMs, upstreamStatus, truncated };
}
