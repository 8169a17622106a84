import {
  type ErrorBody,
  type ExecutionResult,
  errorBody,
  type PlanCall,
  type PlanCallResult,
  type PlanCallStatus,
  type PlanCounts,
  type PlanResult,
  type PlanSkip,
  type PlanStatus,
} from '@patchbay/contracts';

/** The result of a call that became an execution. `startedMs` is from the plan's receipt. */
export function callResult(call: PlanCall, result: ExecutionResult, startedMs: number): PlanCallResult {
  return { ...result, id: call.id, skipped: null, started_ms: round(startedMs), output_left_out: false };
}

/** The result of a call that never began. */
export function unbegun(
  call: PlanCall,
  status: PlanCallStatus,
  error: ErrorBody | null,
  skipped: PlanSkip | null = null,
): PlanCallResult {
  return {
    id: call.id,
    execution_id: null,
    status,
    output: null,
    error,
    truncated: false,
    tokens: 0,
    replayed: false,
    attempts: 0,
    tool: call.tool,
    version: call.version ?? null,
    timing: { total_ms: 0, upstream_ms: 0, overhead_ms: 0 },
    skipped,
    started_ms: null,
    output_left_out: false,
  };
}

/** The result of a call whose own answer did not come before the plan's. `tookMs` since it began. */
export function lateResult(
  call: PlanCall,
  risk: 'read' | 'write' | 'destructive',
  begun: { readonly executionId: string; readonly startedMs: number; readonly tookMs: number },
): PlanCallResult {
  const unknown = risk !== 'read';
  const message = "The plan's deadline came before the call had an answer.";
  const tookMs = round(begun.tookMs);
  return {
    ...unbegun(call, unknown ? 'outcome_unknown' : 'failed', null),
    error: errorBody(unknown ? 'outcome_unknown' : 'deadline_exceeded', { message }),
    execution_id: begun.executionId,
    started_ms: round(begun.startedMs),
    timing: { total_ms: tookMs, upstream_ms: 0, overhead_ms: tookMs },
  };
}

/** What is known of a plan when its answer is made; times on the clock of `performance.now()`. */
export interface PlanFacts {
  readonly planId: string;
  readonly receivedAt: number;
  readonly now: number;
}

export function planAnswer(facts: PlanFacts, results: PlanCallResult[], cancelled: boolean): PlanResult {
  return planResult(facts, statusOf(results, cancelled), results, null);
}

/** The answer to a plan that is not valid: nothing ran. */
export function refusedPlan(facts: PlanFacts, calls: readonly PlanCall[], error: ErrorBody): PlanResult {
  const inCall = errorBody(error.code, { message: 'The plan that this call is part of was refused.' });
  const results = calls.map((call) => unbegun(call, 'refused', inCall));
  return planResult(facts, 'refused', results, error);
}

/** The answer to a plan of which every try was lost: any call may have acted. */
export function unknownPlan(facts: PlanFacts, calls: readonly PlanCall[], error: ErrorBody): PlanResult {
  const results = calls.map((call) => unbegun(call, 'outcome_unknown', error));
  return planResult(facts, 'outcome_unknown', results, error);
}

function planResult(
  { planId, receivedAt, now }: PlanFacts,
  status: PlanStatus,
  results: PlanCallResult[],
  error: ErrorBody | null,
): PlanResult {
  const counts: PlanCounts = {};
  let callsMs = 0;
  for (const result of results) {
    counts[result.status] = (counts[result.status] ?? 0) + 1;
    callsMs += result.timing.total_ms;
  }
  const timing = { total_ms: round(now - receivedAt), calls_ms: round(callsMs) };
  return { plan_id: planId, status, results, counts, error, timing };
}

function statusOf(results: readonly PlanCallResult[], cancelled: boolean): PlanStatus {
  const isFine = ({ status, skipped }: PlanCallResult) => status === 'succeeded' || skipped?.reason === 'condition';
  if (results.every(isFine)) return 'succeeded';
  if (cancelled) return 'cancelled';
  return results.some(({ status }) => status === 'succeeded') ? 'partial' : 'failed';
}

/** Milliseconds to a hundredth. */
function round(value: number): number {
  return Math.round(value * 100) / 100;
}
