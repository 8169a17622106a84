import type { CancelRequest, CancelResult } from '@patchbay/contracts';
import { cancelRunning } from '../domain/cancel-running.ts';
import type { RunningExecutions } from '../domain/running-executions.ts';

/** Asks every executor, this one included, and gathers what they stopped. */
export interface AskExecutors {
  cancel(tenant: string, request: CancelRequest, enough: (answers: CancelResult[]) => boolean): Promise<CancelResult[]>;
}

export interface CancelExecutionPorts {
  readonly running: RunningExecutions;
  readonly others: AskExecutors;
}

/**
 * Stops an execution or a plan by id or by idempotency key, or all of a session, wherever in the fleet they run. Reads are
 * aborted at the socket; a write that was sent is finished and its answer kept under its key.
 */
export function createCancelExecution({
  running,
  others,
}: CancelExecutionPorts): (tenant: string, request: CancelRequest) => Promise<CancelResult> {
  return async (tenant, request) => {
    const here = cancelRunning(running, tenant, request);
    // An id or a key names one thing, so finding it here ends the search; a session may be elsewhere too.
    if (foundSome(here) && request.session === undefined) return here;
    const answers = await others.cancel(
      tenant,
      request,
      (soFar) => request.session === undefined && soFar.some(foundSome),
    );
    const executions = new Map<string, CancelResult['cancelled'][number]>();
    const plans = new Map<string, NonNullable<CancelResult['plans']>[number]>();
    for (const answer of [here, ...answers]) {
      for (const one of answer.cancelled) executions.set(one.execution_id, one);
      // Asked with the others, this executor answers again; the first time counted what had not begun.
      for (const one of answer.plans ?? []) if (!plans.has(one.plan_id)) plans.set(one.plan_id, one);
    }
    return { cancelled: [...executions.values()], ...(plans.size > 0 && { plans: [...plans.values()] }) };
  };
}

function foundSome({ cancelled, plans }: CancelResult): boolean {
  return cancelled.length > 0 || (plans?.length ?? 0) > 0;
}
