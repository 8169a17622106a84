import type { ExecutionResult, PlanResult } from '@patchbay/contracts';

/** What the command's exit code tells a script. */
export const exitCodes = {
  ok: 0,
  failed: 1,
  usage: 2,
  refused: 3,
  outcomeUnknown: 4,
  cannotConnect: 5,
} as const;

/** For the help. */
export const exitCodeHelp = `Exit codes:
  0  done
  1  failed, or was cancelled
  2  the command line is wrong
  3  refused: nothing was sent or changed
  4  outcome unknown: it was sent, and no answer came
  5  Patchbay cannot be reached, or refuses the key`;

/** What a command that shows an execution ends with. */
export const exitCodeByStatus: Record<ExecutionResult['status'], number> = {
  succeeded: exitCodes.ok,
  failed: exitCodes.failed,
  cancelled: exitCodes.failed,
  refused: exitCodes.refused,
  outcome_unknown: exitCodes.outcomeUnknown,
};

const exitCodeByPlanStatus: Record<PlanResult['status'], number> = {
  ...exitCodeByStatus,
  partial: exitCodes.failed,
};

/** What a command that shows a plan ends with: an outcome that nobody knows is told before anything else. */
export function exitCodeOfPlan({ status, counts }: Pick<PlanResult, 'status' | 'counts'>): number {
  return 'outcome_unknown' in counts ? exitCodes.outcomeUnknown : exitCodeByPlanStatus[status];
}
