import {
  type Credential,
  type ErrorBody,
  type ExecuteRequest,
  type ExecutionResult,
  newId,
  PatchbayError,
} from '@patchbay/contracts';
import type { Engine, ExecuteInput, ExecuteOutcome, PreparedTool } from '@patchbay/execution-engine';
import { type AnswerFacts, answer, refusal } from '../domain/answers.ts';
import { argumentsDigest, auditFacts, requestDigest } from '../domain/execution-facts.ts';
import type { RunningExecution, RunningExecutions } from '../domain/running-executions.ts';
import { similarNames } from '../domain/similar-names.ts';
import { answerDuplicate } from './answer-duplicate.ts';
import { beforeDeadline, pause } from './deadline.ts';
import type {
  AdmitCall,
  AnnounceFinished,
  BorrowLease,
  Claim,
  FindTool,
  KeepLedger,
  Lease,
  RecordAudit,
} from './ports.ts';

export interface ExecuteToolPorts {
  readonly tools: FindTool;
  readonly leases: BorrowLease;
  readonly limits: AdmitCall;
  readonly ledger: KeepLedger;
  readonly audit: RecordAudit;
  readonly engine: Pick<Engine, 'execute' | 'previewRequest'>;
  readonly announce: AnnounceFinished;
  readonly running: RunningExecutions;
  /** Executions under way at once before new ones are refused. */
  readonly maxInFlight: number;
  /** Takes work that outlives the answer; shutdown waits for it. */
  readonly background: (work: Promise<unknown>) => void;
}

/** What the door knows of the call. */
export interface ExecuteCall {
  /** Proven by the subject. */
  readonly tenant: string;
  /** `performance.now()` at receipt: the deadline counts from here. */
  readonly receivedAt: number;
  /** W3C traceparent of this execution. */
  readonly traceparent: string;
  readonly traceId: string | null;
}

/** An execution between its checks and its answer. */
interface Run {
  readonly request: ExecuteRequest;
  readonly call: ExecuteCall;
  readonly prepared: PreparedTool;
  readonly execution: RunningExecution;
  readonly deadlineAt: number;
  /** Idempotency key under which the ledger holds it; null for reads and for calls that brought none. */
  readonly ledgerKey: string | null;
}

/** Carries out one tool call. Never throws: every failure is an answer with a code of the catalogue. */
export function createExecuteTool(
  ports: ExecuteToolPorts,
): (request: ExecuteRequest, call: ExecuteCall) => Promise<ExecutionResult> {
  const { running, background, audit, ledger } = ports;

  return async function executeTool(request, call) {
    const executionId = newId('execution');
    const factsNow = (prepared: PreparedTool | null): AnswerFacts => ({
      executionId,
      tool: prepared?.name ?? request.tool,
      version: prepared?.version ?? null,
      receivedAt: call.receivedAt,
      now: performance.now(),
    });

    // 1. Resolve the tool from the local copy: no round trip.
    const prepared = ports.tools.find(call.tenant, request.tool, request.version);
    // 2. Check the arguments and what this process can take. Nothing was reserved yet, so a refusal costs nothing.
    const refused = check(request, call, prepared);
    if (refused !== null || prepared === null) {
      const result = refusal(factsNow(prepared), refused);
      background(recordOutcome(request, call, prepared, result, {}));
      return result;
    }
    if (request.dry_run) return preview(factsNow, request, call, prepared);

    const run: Run = {
      request,
      call,
      prepared,
      deadlineAt: call.receivedAt + request.deadline_ms,
      ledgerKey: prepared.risk === 'read' ? null : (request.idempotency_key ?? null),
      execution: {
        tenant: call.tenant,
        executionId,
        idempotencyKey: request.idempotency_key ?? null,
        session: request.context.session ?? null,
        risk: prepared.risk,
        abort: new AbortController(),
        attempted: false,
      },
    };
    running.add(run.execution);
    try {
      return await carryOut(run, factsNow);
    } finally {
      running.remove(executionId);
    }
  };

  function check(request: ExecuteRequest, call: ExecuteCall, prepared: PreparedTool | null): PatchbayError | null {
    if (prepared === null) {
      const similar = similarNames(request.tool, ports.tools.names(call.tenant));
      const which =
        request.version === undefined ? `'${request.tool}'` : `'${request.tool}' in version ${request.version}`;
      return new PatchbayError('tool_not_found', {
        message: `No tool ${which} is registered.${similar.length > 0 ? ` Did you mean ${similar.join(', ')}?` : ''}`,
        details: { tool: request.tool, similar },
      });
    }
    const issues = prepared.validateArguments(request.arguments);
    if (issues.length > 0) {
      return new PatchbayError('invalid_arguments', {
        message: issues
          .map(({ path, message }) => `${path} ${message}`)
          .join('; ')
          .slice(0, 1_000),
        details: { issues },
      });
    }
    if (running.size >= ports.maxInFlight)
      return new PatchbayError('overloaded', {
        message: 'This executor has no room for another execution.',
        retryAfterMs: 50,
      });
    return null;
  }

  function preview(
    factsNow: (prepared: PreparedTool) => AnswerFacts,
    request: ExecuteRequest,
    call: ExecuteCall,
    prepared: PreparedTool,
  ): ExecutionResult {
    try {
      const output = ports.engine.previewRequest(
        engineInput(factsNow(prepared).executionId, request, call, prepared, null, call.receivedAt + request.deadline_ms),
      );
      return answer(factsNow(prepared), 'succeeded', output, null);
    } catch (error) {
      return refusal(factsNow(prepared), error);
    }
  }

  async function carryOut(run: Run, factsNow: (prepared: PreparedTool) => AnswerFacts): Promise<ExecutionResult> {
    const { request, call, prepared, execution, ledgerKey } = run;
    // 3. In parallel, each inside the deadline: claim the key, write the intent, borrow the credential, ask the limiter.
    const claiming = ledgerKey === null ? null : claim(run, ledgerKey);
    let lease: Lease | null;
    let claimed: Claim | null;
    try {
      const reserved = Promise.all([
        claiming,
        prepared.needsConnection ? borrow(run) : null,
        audit.record(call.tenant, 'dev.patchbay.execution.intent', execution.executionId, {
          ...auditFacts(request, call, prepared),
          outcome: 'intent',
          arguments_digest: argumentsDigest(request.arguments),
        }),
        waitForRoom(run),
      ]);
      [claimed, lease] = await beforeDeadline(reserved, run.deadlineAt, execution.abort.signal);
    } catch (error) {
      // Nothing was sent. The claim may still be on its way: give the key back whenever it lands.
      if (claiming !== null && ledgerKey !== null) background(claiming.then((late) => release(run, ledgerKey, late)));
      const result = refusal(factsNow(prepared), error);
      background(recordOutcome(request, call, prepared, result, {}));
      return result;
    }
    // 4. A key that was there already: answer from the ledger, with no second effect.
    if (claimed !== null && !claimed.won) {
      const result = await answerDuplicate(
        {
          ledger,
          tenant: call.tenant,
          key: ledgerKey as string,
          digest: requestDigest(request, prepared),
          deadlineAt: run.deadlineAt,
          signal: execution.abort.signal,
        },
        claimed,
        factsNow(prepared),
      );
      background(recordOutcome(request, call, prepared, result, {}));
      return result;
    }
    // 5. Build, send, retry, shape: the engine. The credential goes in last, there.
    const outcome = await ports.engine.execute({
      ...engineInput(execution.executionId, request, call, prepared, lease, run.deadlineAt),
      signal: execution.abort.signal,
      onAttempt: () => {
        execution.attempted = true;
      },
      refreshCredential: prepared.needsConnection ? () => freshCredential(run) : undefined,
    } as ExecuteInput);
    const result = answer(
      { ...factsNow(prepared), upstreamMs: outcome.upstreamMs, attempts: outcome.attempts },
      outcome.status,
      outcome.output,
      outcome.error,
    );
    // 6. Record the outcome and let go of the key, without keeping the caller waiting: a crash here reads as unknown.
    background(recordOutcome(request, call, prepared, result, outcome, lease?.connection));
    if (claimed !== null && ledgerKey !== null) background(settle(run, ledgerKey, claimed.revision, result));
    // 7. Tell whoever listens, and answer.
    ports.announce.finished(call.tenant, execution.session, result);
    return result;
  }

  function claim(run: Run, key: string): Promise<Claim> {
    return ledger.claim(run.call.tenant, key, ledgerRecord(run, null), remaining(run));
  }

  function ledgerRecord({ request, prepared, execution }: Run, result: ExecutionResult | null) {
    return {
      state: result === null ? ('running' as const) : ('done' as const),
      execution_id: execution.executionId,
      tool: prepared.name,
      version: prepared.version,
      digest: requestDigest(request, prepared),
      started_at: Date.now(),
      deadline_ms: request.deadline_ms,
      ...(result !== null && { result }),
    };
  }

  /** A refusal, and a failure that is safe to try again, give the key back; any other answer is kept for a repeat. */
  async function settle(run: Run, key: string, revision: number, result: ExecutionResult): Promise<void> {
    const mayRunAgain = result.status === 'refused' || (result.status === 'failed' && result.error?.retryable === true);
    if (mayRunAgain) await ledger.release(run.call.tenant, key, revision);
    else await ledger.settle(run.call.tenant, key, ledgerRecord(run, result), revision);
  }

  async function release(run: Run, key: string, late: Claim): Promise<void> {
    if (late.won) await ledger.release(run.call.tenant, key, late.revision);
  }

  function borrow({ request, call, prepared, execution, deadlineAt }: Run, fresh = false): Promise<Lease> {
    return ports.leases.borrow({
      tenant: call.tenant,
      integration: prepared.integration,
      connection: request.connection,
      executionId: execution.executionId,
      timeoutMs: Math.max(1, deadlineAt - performance.now()),
      fresh,
    });
  }

  async function freshCredential(run: Run): Promise<Credential | null> {
    try {
      return (await borrow(run, true)).credential;
    } catch {
      return null;
    }
  }

  /** Waits for the rate limiter as long as the deadline has room for the wait. */
  async function waitForRoom(run: Run): Promise<void> {
    const { call, prepared, request, execution } = run;
    if (prepared.rateLimits === null && prepared.toolRateLimits === null) return;
    for (;;) {
      const waitMs = await ports.limits.admit(call.tenant, prepared, request.connection ?? 'default');
      if (waitMs === null) return;
      if (performance.now() + waitMs >= run.deadlineAt) {
        throw new PatchbayError('rate_limited', {
          message: `The rate limit of ${prepared.integration} leaves no room before the deadline.`,
          retryAfterMs: Math.ceil(waitMs),
          details: { limit: 'ours' },
        });
      }
      await pause(waitMs, execution.abort.signal);
    }
  }

  function remaining(run: Run): number {
    return Math.max(1, run.deadlineAt - performance.now());
  }

  function recordOutcome(
    request: ExecuteRequest,
    call: ExecuteCall,
    prepared: PreparedTool | null,
    result: ExecutionResult,
    outcome: Partial<ExecuteOutcome>,
    connection?: string,
  ): Promise<void> {
    const error: ErrorBody | null = result.error;
    return audit.record(call.tenant, 'dev.patchbay.execution.outcome', result.execution_id, {
      ...auditFacts(request, call, prepared),
      outcome: result.status,
      ...(error !== null && { error_code: error.code }),
      ...(connection !== undefined && { connection }),
      ...(typeof outcome.upstreamStatus === 'number' && { upstream_status: outcome.upstreamStatus }),
      attempts: result.attempts,
      duration_ms: result.timing.total_ms,
      replayed: result.replayed,
    });
  }
}

function engineInput(
  executionId: string,
  request: ExecuteRequest,
  call: ExecuteCall,
  prepared: PreparedTool,
  lease: Lease | null,
  deadlineAt: number,
): ExecuteInput {
  return {
    prepared,
    tenant: call.tenant,
    arguments: request.arguments,
    credential: lease?.credential ?? null,
    variables: lease?.variables ?? {},
    deadlineAt,
    // A call that brought no key has one made up, for upstreams that take one: our own retries then act once there too.
    idempotencyKey: request.idempotency_key ?? executionId,
    traceparent: call.traceparent,
  };
}
