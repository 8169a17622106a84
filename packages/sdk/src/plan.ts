import {
  defaultDeadlineMs,
  type ExecutionContext,
  events,
  newId,
  type PlanCallResult,
  type PlanProgress,
  type PlanRequestInput,
  type PlanResult,
  routes,
  toErrorBody,
} from '@patchbay/contracts';
import type { AgentTransport } from './agent-transport.ts';
import { arrivalGraceMs, failureOf, type ToolCall, transitMargin, withoutAnswer } from './execute.ts';

/** One call of a plan. */
export interface PlannedCall extends Omit<ToolCall, 'context' | 'traceparent' | 'signal'> {
  /** Names it within the plan: a letter, then letters, digits, `_` and `-`; at most 64. */
  readonly id: string;
  /** May hold `fromCall(…)` anywhere; `literal(…)` passes data on unread. */
  readonly arguments?: Record<string, unknown>;
  /** Milliseconds from the plan's receipt. Default: the plan's. */
  readonly deadlineMs?: number;
  /** Calls that must have ended first, beyond those that references and `when` name. */
  readonly dependsOn?: readonly string[];
  /** Such as `lookup.status = 'succeeded'`: otherwise the call is skipped. */
  readonly when?: string;
  /** When it does not succeed: `skip` those that depend on it (default), `stop` the plan, or `continue` all the same. */
  readonly onError?: 'stop' | 'skip' | 'continue';
}

/** Several calls in one request; all that need not wait start at once. */
export interface Plan {
  readonly calls: readonly PlannedCall[];
  /** To cancel it by. Default: made up. */
  readonly planId?: string;
  /** Milliseconds within which the answer must be here, with a result for each call. Default 10,000. */
  readonly deadlineMs?: number;
  /** Calls under way at once. Default: as many as can be. */
  readonly concurrency?: number;
  /** `per_connection`: writes reach one connection in the order asked. */
  readonly order?: 'any' | 'per_connection';
  /** A repeat with it answers every call from its first time and has no second effect. */
  readonly idempotencyKey?: string;
  readonly context?: ExecutionContext;
  readonly traceparent?: string;
  /** Cancels the plan. */
  readonly signal?: AbortSignal;
  /** Called as calls begin and end, without their outputs. Events are not stored: one may be missed. */
  readonly onProgress?: (event: PlanProgress) => void;
}

/**
 * A value of another call's output, to stand in arguments: `fromCall('lookup', 'contact.id')`. Without a path it is the
 * whole output. `fallback` stands in where the value is missing; without one the call is refused then.
 */
export function fromCall(call: string, path?: string, ...fallback: [unknown?]): Record<string, unknown> {
  return {
    $from: call,
    ...(path !== undefined && { path }),
    ...(fallback.length > 0 && { default: fallback[0] }),
  };
}

/** Data as it is, also where it holds a key `$from` or `$literal`. */
export function literal(value: unknown): Record<string, unknown> {
  return { $literal: value };
}

/** Sends a plan and always answers within its deadline, with one result for each call in the order asked. Never throws. */
export async function executePlan(
  messaging: AgentTransport,
  tenant: string,
  plan: Plan,
  defaults: { deadlineMs?: number; context?: ExecutionContext },
): Promise<PlanResult> {
  const started = performance.now();
  const planId = plan.planId ?? newId('plan');
  const deadlineMs = plan.deadlineMs ?? defaults.deadlineMs ?? defaultDeadlineMs;
  const { onProgress } = plan;
  try {
    const subscription =
      onProgress && messaging.subscribeEvent(events.planProgress, { tenant, plan: planId }, onProgress);
    try {
      const requestFor = (ms: number) => ({
        ...planRequest(plan, ms - transitMargin(ms), defaults),
        plan_id: planId,
      });
      const answer = await messaging.request(routes.executePlan, { tenant }, requestFor(deadlineMs), {
        timeoutMs: deadlineMs + arrivalGraceMs,
        // With a key, each of its calls may be asked for again.
        ...(plan.idempotencyKey !== undefined && {
          repeat: {
            body: (leftMs: number) => requestFor(leftMs - arrivalGraceMs),
            settles: ({ status }: PlanResult, repeat: boolean) => !(repeat && status === 'refused'),
          },
        }),
        ...(plan.signal !== undefined && { signal: plan.signal }),
        ...(plan.traceparent !== undefined && { traceparent: plan.traceparent }),
      });
      // One that was not even read has no results of its own.
      if (answer.error === null || answer.results.length > 0) return answer;
      return { ...unanswered(failureOf(answer.error), plan, planId, answer.timing.total_ms), error: answer.error };
    } finally {
      subscription?.unsubscribe();
    }
  } catch (error) {
    if (plan.signal?.aborted === true)
      messaging.request(routes.cancelExecution, { tenant }, { plan_id: planId }).catch(() => {});
    return unanswered(error, plan, planId, performance.now() - started);
  }
}

/** The plan as it is sent, without an id unless it brought one. `deadlineMs` is what the executor has for it. */
export function planRequest(
  plan: Plan,
  deadlineMs: number,
  defaults: { context?: ExecutionContext },
): PlanRequestInput {
  return {
    ...(plan.planId !== undefined && { plan_id: plan.planId }),
    calls: plan.calls.map((call) => ({
      id: call.id,
      tool: call.tool,
      ...(call.arguments !== undefined && { arguments: call.arguments }),
      ...(call.version !== undefined && { version: call.version }),
      ...(call.connection !== undefined && { connection: call.connection }),
      ...(call.idempotencyKey !== undefined && { idempotency_key: call.idempotencyKey }),
      ...(call.deadlineMs !== undefined && { deadline_ms: call.deadlineMs }),
      ...(call.dependsOn !== undefined && { depends_on: [...call.dependsOn] }),
      ...(call.when !== undefined && { when: call.when }),
      ...(call.onError !== undefined && { on_error: call.onError }),
      ...(call.dryRun !== undefined && { dry_run: call.dryRun }),
      ...(call.confirmation !== undefined && { confirmation: call.confirmation }),
    })),
    deadline_ms: Math.max(1, Math.floor(deadlineMs)),
    ...(plan.concurrency !== undefined && { concurrency: plan.concurrency }),
    ...(plan.order !== undefined && { order: plan.order }),
    ...(plan.idempotencyKey !== undefined && { idempotency_key: plan.idempotencyKey }),
    context: { ...defaults.context, ...plan.context },
  };
}

/** What is known without an answer: nothing was done when it was refused on the way, else any call may have acted. */
function unanswered(error: unknown, plan: Plan, planId: string, elapsedMs: number): PlanResult {
  const results = plan.calls.map((call): PlanCallResult => {
    const key = call.idempotencyKey ?? plan.idempotencyKey;
    const result = withoutAnswer(error, { ...call, ...(key !== undefined && { idempotencyKey: key }) }, elapsedMs);
    return { ...result, id: call.id, execution_id: null, skipped: null, started_ms: null, output_left_out: false };
  });
  const [first] = results;
  return {
    plan_id: planId,
    status: first?.status === 'outcome_unknown' ? 'outcome_unknown' : 'refused',
    results,
    counts: first === undefined ? {} : { [first.status]: results.length },
    error: first?.error ?? toErrorBody(error),
    timing: { total_ms: elapsedMs, calls_ms: 0 },
  };
}
