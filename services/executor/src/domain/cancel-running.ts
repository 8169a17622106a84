import type { CancelRequest, CancelResult } from '@patchbay/contracts';
import type { RunningExecutions } from './running-executions.ts';

/** Stops what matches in this process: plans, then the calls under way, those of the plans included. */
export function cancelRunning(running: RunningExecutions, tenant: string, request: CancelRequest): CancelResult {
  const plans = running.plans.cancel(tenant, request);
  const found = new Map<string, CancelResult['cancelled'][number]>();
  for (const target of [request, ...plans.map(({ plan_id }) => ({ plan_id }))])
    for (const one of running.cancel(tenant, target)) found.set(one.execution_id, one);
  return { cancelled: [...found.values()], ...(plans.length > 0 && { plans }) };
}
