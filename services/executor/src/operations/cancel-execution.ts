import type { CancelRequest, CancelResult } from '@patchbay/contracts';
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
 * Stops an execution by id, by its idempotency key, or all of a session, wherever in the fleet they run. Reads are
 * aborted at the socket; a write that was sent is finished and its answer kept under its key.
 */
export function createCancelExecution({
  running,
  others,
}: CancelExecutionPorts): (tenant: string, request: CancelRequest) => Promise<CancelResult> {
  return async (tenant, request) => {
    const here = running.cancel(tenant, request);
    // An id names one execution, so finding it here ends the search; a key or a session may be elsewhere too.
    if (here.length > 0 && request.session === undefined) return { cancelled: here };
    const answers = await others.cancel(
      tenant,
      request,
      (soFar) => request.session === undefined && soFar.some(({ cancelled }) => cancelled.length > 0),
    );
    const found = new Map(here.map((one) => [one.execution_id, one]));
    for (const { cancelled } of answers) for (const one of cancelled) found.set(one.execution_id, one);
    return { cancelled: [...found.values()] };
  };
}
