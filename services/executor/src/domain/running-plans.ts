/** One plan under way, as far as cancellation needs to know it. */
export interface RunningPlan {
  readonly tenant: string;
  readonly planId: string;
  readonly idempotencyKey: string | null;
  readonly session: string | null;
  readonly abort: AbortController;
  /** Calls that have neither begun nor ended. */
  notBegun(): number;
}

/** The plans this process is carrying out. A caller may choose a plan's id, so two may share one. */
export class RunningPlans {
  readonly #plans = new Set<RunningPlan>();

  add(plan: RunningPlan): void {
    this.#plans.add(plan);
  }

  remove(plan: RunningPlan): void {
    this.#plans.delete(plan);
  }

  /** Stops what matches within the tenant: nothing more of it begins. Its calls under way are executions of their own. */
  cancel(
    tenant: string,
    target: {
      readonly plan_id?: string | undefined;
      readonly idempotency_key?: string | undefined;
      readonly session?: string | undefined;
    },
  ): { plan_id: string; not_begun: number }[] {
    const cancelled: { plan_id: string; not_begun: number }[] = [];
    for (const plan of this.#plans) {
      if (plan.tenant !== tenant) continue;
      const { plan_id, idempotency_key, session } = target;
      const named =
        (plan_id !== undefined && plan_id === plan.planId) ||
        (idempotency_key !== undefined && idempotency_key === plan.idempotencyKey) ||
        (session !== undefined && session === plan.session);
      if (!named) continue;
      cancelled.push({ plan_id: plan.planId, not_begun: plan.notBegun() });
      plan.abort.abort();
    }
    return cancelled;
  }
}
