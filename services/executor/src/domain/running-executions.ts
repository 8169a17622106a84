import { RunningPlans } from './running-plans.ts';

/** One execution under way, as far as cancellation needs to know it. */
export interface RunningExecution {
  readonly tenant: string;
  readonly executionId: string;
  /** The plan that it is a call of. */
  readonly planId?: string;
  readonly idempotencyKey: string | null;
  readonly session: string | null;
  readonly risk: 'read' | 'write' | 'destructive';
  readonly abort: AbortController;
  /** True once an attempt began: a write is then finished, not stopped. */
  attempted: boolean;
}

export interface CancelTarget {
  readonly execution_id?: string | undefined;
  readonly plan_id?: string | undefined;
  readonly idempotency_key?: string | undefined;
  readonly session?: string | undefined;
}

/** The executions this process is carrying out. */
export class RunningExecutions {
  readonly #byId = new Map<string, RunningExecution>();
  /** The plans that some of them belong to. */
  readonly plans = new RunningPlans();

  get size(): number {
    return this.#byId.size;
  }

  add(execution: RunningExecution): void {
    this.#byId.set(execution.executionId, execution);
  }

  remove(executionId: string): void {
    this.#byId.delete(executionId);
  }

  /** Aborts what matches within the tenant, and says what becomes of each. */
  cancel(tenant: string, target: CancelTarget): { execution_id: string; effect: 'aborted' | 'finishing' }[] {
    const matches = target.execution_id === undefined ? this.#byId.values() : [this.#byId.get(target.execution_id)];
    const cancelled: { execution_id: string; effect: 'aborted' | 'finishing' }[] = [];
    for (const execution of matches) {
      if (execution === undefined || execution.tenant !== tenant) continue;
      if (target.plan_id !== undefined && execution.planId !== target.plan_id) continue;
      if (target.idempotency_key !== undefined && execution.idempotencyKey !== target.idempotency_key) continue;
      if (target.session !== undefined && execution.session !== target.session) continue;
      execution.abort.abort();
      const finishing = execution.risk !== 'read' && execution.attempted;
      cancelled.push({ execution_id: execution.executionId, effect: finishing ? 'finishing' : 'aborted' });
    }
    return cancelled;
  }
}
