import {
  type ErrorBody,
  type ExecuteRequest,
  type ExecutionResult,
  errorBody,
  type Issue,
  maxMessageBytes,
  maxPlanCalls,
  newId,
  type PlanCall,
  type PlanCallResult,
  type PlanRequest,
  type PlanResult,
} from '@patchbay/contracts';
import { type CompiledPlan, compilePlan, runPlan } from '@patchbay/execution-engine';
import { childTraceparent } from '@patchbay/service-kit';
import { refusal } from '../domain/answers.ts';
import { fitPlanResult } from '../domain/fit-plan-result.ts';
import { callResult, lateResult, type PlanFacts, planAnswer, refusedPlan, unbegun } from '../domain/plan-answers.ts';
import type { RunningPlan, RunningPlans } from '../domain/running-plans.ts';
import { writeSequences } from '../domain/write-sequences.ts';
import { pause } from './deadline.ts';
import type { ExecuteCall } from './execution-run.ts';
import type { AnnouncePlan, FindTool } from './ports.ts';

export interface ExecutePlanPorts {
  /** Each call is an execution of its own, with all that belongs to one. */
  readonly executeTool: (request: ExecuteRequest, call: ExecuteCall) => Promise<ExecutionResult>;
  readonly tools: Pick<FindTool, 'find'>;
  readonly plans: RunningPlans;
  /** Whether a call of the tenant that nobody waits for would be let in now. */
  readonly hasRoom: (tenant: string) => boolean;
  readonly announce: AnnouncePlan;
  /** Takes executions that outlive the plan's answer; shutdown waits for them. */
  readonly background: (work: Promise<unknown>) => void;
}

/** Calls under way at once of a plan that nobody waits for, and milliseconds between two looks for room for one. */
const background = { concurrency: 4, lookMs: 50 };

/** Milliseconds past a plan's deadline in which its calls' own answers are waited for. */
const graceMs = 30;

/** Carries out a plan. Never throws, and answers by its deadline with a result for every call, in the order asked. */
export function createExecutePlan(
  ports: ExecutePlanPorts,
): (request: PlanRequest, call: ExecuteCall) => Promise<PlanResult> {
  return async function executePlan(request, call) {
    const { calls } = request;
    const planId = request.plan_id ?? newId('plan');
    const session = request.context.session ?? null;
    const facts = (): PlanFacts => ({ planId, receivedAt: call.receivedAt, now: performance.now() });
    // 1. Settle what waits for what. Nothing runs of a plan that is not valid.
    const tools = calls.map(({ tool, version }) => ports.tools.find(call.tenant, tool, version));
    const compiled = compilePlan(calls, request.order === 'per_connection' ? writeSequences(calls, tools) : []);
    if (!compiled.ok) return refusedPlan(facts(), calls, notValid(compiled.issues));
    const { plan } = compiled;
    // 2. From here on a cancel finds it.
    const begun = new Map<number, { executionId: string; startedAt: number; work: Promise<unknown> }>();
    const ended = new Set<number>();
    const running: RunningPlan = {
      tenant: call.tenant,
      planId,
      idempotencyKey: request.idempotency_key ?? null,
      session,
      abort: new AbortController(),
      notBegun: () => calls.length - new Set([...begun.keys(), ...ended]).size,
    };
    ports.plans.add(running);
    const waitsForRoom = call.lane === 'background';
    const deadlineAt = call.receivedAt + request.deadline_ms;
    const cutOff = new AbortController();
    const timer = setTimeout(() => cutOff.abort(), Math.max(0, deadlineAt + graceMs - performance.now()));
    // 3. Run it: what need not wait starts now.
    let results: PlanCallResult[];
    try {
      results = await runPlan<PlanCallResult>({
        plan,
        concurrency: request.concurrency ?? (waitsForRoom ? background.concurrency : maxPlanCalls),
        start: (index, args) => (waitsForRoom ? startWithRoom(index, args) : start(index, callOf(index), args)),
        obstacle,
        skip: (index, skip) => unbegun(callOf(index), 'skipped', null, skip),
        refuse: (index, issues) => unbegun(callOf(index), 'refused', missingValue(issues)),
        onEnd(index, result) {
          ended.add(index);
          progress(index, result.status, result);
        },
        cutOff: { signal: cutOff.signal, late: (index) => answerLate(index) },
      });
    } finally {
      clearTimeout(timer);
      ports.plans.remove(running);
    }
    // 4. Tell whoever listens, and answer.
    const answer = planAnswer(facts(), results, running.abort.signal.aborted);
    const { status, counts, timing } = answer;
    ports.announce.finished(call.tenant, { plan_id: planId, session, status, counts, timing });
    return fitPlanResult(answer, maxMessageBytes);

    function callOf(index: number): PlanCall {
      return calls[index] as PlanCall;
    }
    function deadlineOf(index: number): number {
      return Math.min(deadlineAt, call.receivedAt + (callOf(index).deadline_ms ?? request.deadline_ms));
    }
    function obstacle(index: number): PlanCallResult | null {
      if (running.abort.signal.aborted) return unbegun(callOf(index), 'cancelled', errorBody('cancelled'));
      return performance.now() < deadlineOf(index) ? null : tooLate(index);
    }
    /** A refusal for want of room would skip what depends on the call; nobody is waiting, so it can wait itself. */
    async function startWithRoom(index: number, args: Record<string, unknown>): Promise<PlanCallResult> {
      while (!ports.hasRoom(call.tenant)) {
        await pause(background.lookMs, running.abort.signal);
        const inTheWay = obstacle(index);
        if (inTheWay !== null) return inTheWay;
      }
      return start(index, callOf(index), args);
    }
    async function start(index: number, planned: PlanCall, args: Record<string, unknown>): Promise<PlanCallResult> {
      const startedAt = performance.now();
      const executionId = newId('execution');
      const child: ExecuteCall = {
        tenant: call.tenant,
        receivedAt: startedAt,
        traceparent: childTraceparent(call.traceparent),
        ...(call.parent !== undefined && { parent: call.parent }),
        traceId: call.traceId,
        ...(call.lane !== undefined && { lane: call.lane }),
        executionId,
        ...(call.clearedCalls?.includes(planned.id) && { cleared: true }),
        // With a key a repeat must find every call as it was, or those that refer to a read would come out differently.
        plan: { id: planId, keepsReads: request.idempotency_key !== undefined },
      };
      const work = ports.executeTool(executionRequest(request, planned, args, deadlineOf(index) - startedAt), child);
      begun.set(index, { executionId, startedAt, work });
      progress(index, 'started', { execution_id: executionId, error: null, skipped: null });
      const result = await work.catch((error) =>
        refusal(
          { executionId, tool: planned.tool, version: null, receivedAt: startedAt, now: performance.now() },
          error,
        ),
      );
      return callResult(planned, result, startedAt - call.receivedAt);
    }
    function tooLate(index: number): PlanCallResult {
      const message = 'The deadline came before the call could begin.';
      return unbegun(callOf(index), 'refused', errorBody('deadline_exceeded', { message }));
    }
    function answerLate(index: number): PlanCallResult {
      const open = begun.get(index);
      if (open === undefined) return tooLate(index);
      ports.background(open.work);
      const { executionId, startedAt } = open;
      const startedMs = startedAt - call.receivedAt;
      const tookMs = performance.now() - startedAt;
      return lateResult(callOf(index), tools[index]?.risk ?? 'read', { executionId, startedMs, tookMs });
    }
    function progress(
      index: number,
      status: 'started' | PlanCallResult['status'],
      { execution_id, error, skipped }: Pick<PlanCallResult, 'execution_id' | 'error' | 'skipped'>,
    ): void {
      const { id, tool } = callOf(index);
      ports.announce.progress(call.tenant, {
        plan_id: planId,
        session,
        call: id,
        tool,
        status,
        execution_id,
        error_code: error?.code ?? null,
        skipped,
        level: (plan[index] as CompiledPlan[number]).level,
        elapsed_ms: Math.round((performance.now() - call.receivedAt) * 100) / 100,
        ended: ended.size,
        total: calls.length,
      });
    }
  };
}

function executionRequest(
  { idempotency_key: planKey, context }: PlanRequest,
  { id, tool, version, connection, idempotency_key, dry_run, confirmation }: PlanCall,
  args: Record<string, unknown>,
  leftMs: number,
): ExecuteRequest {
  const key = idempotency_key ?? (planKey === undefined ? undefined : `${planKey}/${id}`);
  return {
    tool,
    version,
    arguments: args,
    connection,
    idempotency_key: key,
    deadline_ms: Math.max(1, Math.floor(leftMs)),
    stream: false,
    dry_run,
    ...(confirmation !== undefined && { confirmation }),
    context,
  };
}

function notValid(issues: readonly Issue[]): ErrorBody {
  const [first] = issues;
  const more = issues.length > 1 ? ` (and ${issues.length - 1} more)` : '';
  return errorBody('invalid_request', {
    message: `The plan is not valid: ${first?.path} ${first?.message}${more}.`,
    details: { issues },
  });
}

function missingValue(issues: readonly Issue[]): ErrorBody {
  const message = issues.map(({ path, message }) => `${path} ${message}`).join('; ');
  return errorBody('invalid_arguments', { message: message.slice(0, 1_000), details: { issues } });
}
