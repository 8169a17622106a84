import type { ErrorBody, Issue, PlanSkip } from '@patchbay/contracts';
import type { CompiledPlan } from './compile-plan.ts';
import { resolveReferences } from './references.ts';
import { runTasks } from './run-tasks.ts';

/** What the plan looks at in a call's result. */
export interface CallOutcome {
  readonly status: string;
  readonly output: unknown;
  readonly error: Pick<ErrorBody, 'code'> | null;
  readonly skipped: PlanSkip | null;
}

/** What a plan is carried out with. Indexes are those of its calls. */
export interface PlanRun<Outcome extends CallOutcome> {
  readonly plan: CompiledPlan;
  /** Calls under way at once. */
  readonly concurrency: number;
  /** Makes the call with its arguments as they came out. Must not reject. */
  readonly start: (index: number, args: Record<string, unknown>) => Promise<Outcome>;
  /** A reason for which no call may begin any more, as its result; null when there is none. */
  readonly obstacle: (index: number) => Outcome | null;
  readonly skip: (index: number, skip: PlanSkip) => Outcome;
  /** The call cannot be made because a value it refers to is missing. */
  readonly refuse: (index: number, issues: readonly Issue[]) => Outcome;
  readonly onEnd?: (index: number, outcome: Outcome) => void;
  /** When it aborts, what has not ended gets the outcome of `late`. */
  readonly cutOff: { readonly signal: AbortSignal; readonly late: (index: number, begun: boolean) => Outcome };
}

/** Carries out a plan's calls. Always one outcome for each, in the order asked. */
export function runPlan<Outcome extends CallOutcome>(run: PlanRun<Outcome>): Promise<Outcome[]> {
  const { plan } = run;
  const outcomes = new Map<string, Outcome>();
  /** What conditions are about. */
  const seen: Record<string, Pick<Outcome, 'status' | 'output' | 'error'>> = {};
  let stoppedBy: string | null = null;

  const skipOf = (index: number): PlanSkip | null => {
    if (stoppedBy !== null) return { reason: 'stopped', call: stoppedBy };
    const { needs, condition } = plan[index] as CompiledPlan[number];
    for (const needed of needs) {
      const { id, onError } = plan[needed] as CompiledPlan[number];
      const outcome = outcomes.get(id) as Outcome;
      if (outcome.status === 'succeeded' || onError === 'continue') continue;
      // Name the call that began it, not each one on the way here.
      return { reason: 'dependency', call: outcome.skipped?.call ?? id };
    }
    if (condition === null || condition(seen, 0)) return null;
    return { reason: 'condition', call: null };
  };

  return runTasks<Outcome>({
    tasks: plan,
    concurrency: run.concurrency,
    begin(index) {
      const obstacle = run.obstacle(index);
      if (obstacle !== null) return { result: obstacle };
      const skip = skipOf(index);
      if (skip !== null) return { result: run.skip(index, skip) };
      const call = plan[index] as CompiledPlan[number];
      if (!call.hasReferences) return { start: () => run.start(index, call.arguments) };
      const { value, issues } = resolveReferences(call.arguments, (id) => outcomes.get(id) as Outcome);
      const all = issues.length > 0 || isObject(value) ? issues : [{ path: 'arguments', message: 'is not an object' }];
      if (all.length > 0) return { result: run.refuse(index, all) };
      return { start: () => run.start(index, value as Record<string, unknown>) };
    },
    onEnd(index, outcome) {
      const { id, onError } = plan[index] as CompiledPlan[number];
      const { status, output, error } = outcome;
      outcomes.set(id, outcome);
      seen[id] = { status, output, error };
      const failed = status !== 'succeeded' && status !== 'skipped';
      if (failed && onError === 'stop') stoppedBy ??= id;
      run.onEnd?.(index, outcome);
    },
    cutOff: run.cutOff,
  });
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
