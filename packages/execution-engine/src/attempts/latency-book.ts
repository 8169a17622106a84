import type { PreparedTool } from '../prepare/prepared-tool.ts';
import type { StepPlan } from '../request/step-plan.ts';
import { LatencyEstimate } from './latency-estimate.ts';

/** An estimate for each HTTP call that a tool makes, kept as long as the tool is. */
export class LatencyBook {
  private readonly estimates = new WeakMap<StepPlan, LatencyEstimate>();

  of(step: StepPlan): LatencyEstimate {
    let estimate = this.estimates.get(step);
    if (estimate === undefined) {
      estimate = new LatencyEstimate();
      this.estimates.set(step, estimate);
    }
    return estimate;
  }

  /** The first call's estimate, and what the calls after it usually take together. */
  ahead({ steps }: PreparedTool): { first: LatencyEstimate; restMs: number } {
    let restMs = 0;
    for (let i = 1; i < steps.length; i++) restMs += this.of(steps[i] as StepPlan).p50Ms;
    return { first: this.of(steps[0]), restMs };
  }
}
