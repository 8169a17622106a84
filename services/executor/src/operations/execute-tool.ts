import { setImmediate } from 'node:timers/promises';
import {
  type Credential,
  callerGone,
  type ExecuteRequest,
  type ExecutionResult,
  errorBody,
  newId,
  PatchbayError,
} from '@patchbay/contracts';
import type { AttemptStart, AttemptWatch, Engine, ExecuteInput, PreparedTool } from '@patchbay/execution-engine';
import { answer, refusal } from '../domain/answers.ts';
import type { RunningExecutions } from '../domain/running-executions.ts';
import type { TimeSpent } from '../domain/window-of-work.ts';
import { type AnswerDuplicatePorts, answerDuplicate } from './answer-duplicate.ts';
import { facts, factsOf } from './answer-facts.ts';
import { checkForesight, checkRepeat, checkRequest } from './check-request.ts';
import { beforeDeadline } from './deadline.ts';
import { ChunkDelivery } from './deliver-chunks.ts';
import { requestDigest } from './digest-request.ts';
import { type ExecuteCall, newRun, type Run } from './execution-run.ts';
import type { CheckPolicies } from './policies/check-policies.ts';
import type { FindTool, GivePlaces, Lease, OpenChunks, Recording, WatchPresence } from './ports.ts';
import type { GuardArguments } from './privacy/guard-arguments.ts';
import type { GuardResult } from './privacy/guard-result.ts';
import type { GuardedCall } from './privacy/ports.ts';
import { probeOwnOutcome } from './probe-outcome.ts';
import { type CompleteOutcome, draftOutcome, type Ended, type Recorded, recordOutcome } from './record-outcome.ts';
import { borrowLease, type Reservation, type ReservePorts, reserveExecution } from './reserve-execution.ts';
import { type SettleAnswerPorts, settleAnswer } from './settle-answer.ts';
import { noRoom } from './shed-call.ts';
import { waitForRoom } from './wait-for-room.ts';

export interface ExecuteToolPorts extends ReservePorts, Omit<AnswerDuplicatePorts, 'probe'>, SettleAnswerPorts {
  readonly tools: FindTool;
  readonly engine: Pick<Engine, 'execute' | 'foresee' | 'previewRequest'>;
  readonly chunks: OpenChunks;
  /** Milliseconds that a caller may take none of a full window's chunks. */
  readonly streamStallMs: number;
  readonly running: RunningExecutions;
  readonly callers: WatchPresence;
  readonly places: GivePlaces;
  readonly policies: CheckPolicies;
  readonly guardArguments: GuardArguments;
  readonly guardResult: GuardResult;
  /** Whether the tenant's privacy policy wants this tool's answers looked through. */
  readonly looksThrough: (call: GuardedCall) => boolean;
  /** Whether a tenant wants the intents of reads on record too. */
  readonly intentOfReads: (tenant: string) => boolean;
  /** Follows each attempt, for metrics and traces. */
  readonly watchAttempt?: (run: Run, attempt: AttemptStart) => AttemptWatch | undefined;
}

/** Carries out one tool call. Never throws: every failure is an answer with a code of the catalogue. */
export function createExecuteTool(
  ports: ExecuteToolPorts,
): (request: ExecuteRequest, call: ExecuteCall) => Promise<ExecutionResult> {
  const { running, background } = ports;

  async function executeTool(request: ExecuteRequest, call: ExecuteCall): Promise<ExecutionResult> {
    const executionId = call.executionId ?? newId('execution');
    // 1. Resolve the tool from the local copy: no round trip.
    const prepared = ports.tools.find(call.tenant, request.tool, request.version);
    // 2. Check what this process can take, the arguments, and whether the deadline can be met.
    const place = ports.places.enter(call.tenant, call.lane ?? 'live', performance.now());
    const refused =
      place === null
        ? noRoom(ports.places)
        : (checkRequest(ports.tools, call.tenant, request, prepared) ??
          checkRepeat(request, prepared) ??
          checkForesight(ports.engine, request, prepared, call.receivedAt));
    if (place === null || refused !== null || prepared === null) {
      place?.leave(null);
      const result = refusal(facts(executionId, request, call, prepared), refused);
      background(recordOutcome(ports, { executionId, request, call, prepared, result }).durable);
      return result;
    }
    // 3. Hold the arguments against the tenant's privacy policy: what is claimed, recorded and sent is what it leaves.
    const guarded = await guard({ executionId, request, call, prepared });
    if (guarded instanceof PatchbayError) {
      place.leave(null);
      const result = refusal(facts(executionId, request, call, prepared), guarded);
      background(recordOutcome(ports, { executionId, request, call, prepared, result }).durable);
      return result;
    }
    const run = newRun(executionId, guarded, call, prepared, recordsIntent(guarded, call, prepared));
    running.add(run.execution);
    // A write is finished whoever is gone: its answer is kept under its key.
    let gone = false;
    const caller =
      call.presence && prepared.risk === 'read' && !request.dry_run
        ? ports.callers.watch(call.presence, () => {
            gone = true;
            run.execution.abort.abort();
          })
        : null;
    let spent: TimeSpent | null = null;
    try {
      // 4. Ask the policies, before anything is claimed or written.
      const forbidden = await askPolicies(run);
      const result =
        forbidden !== null
          ? conclude(run, refusal(factsOf(run), forbidden))
          : await (request.dry_run ? preview(run) : carryOut(run));
      spent = timeSpent(run, result);
      return gone && result.status === 'cancelled' ? toldAbsent(result) : result;
    } finally {
      caller?.unsubscribe();
      running.remove(executionId);
      place.leave(spent);
    }
  }
  return executeTool;

  /** What leaves, or is told, before its end: everything but a read that answers whole. */
  function recordsIntent({ stream }: ExecuteRequest, { tenant }: ExecuteCall, { risk }: PreparedTool): boolean {
    return risk !== 'read' || stream === true || ports.intentOfReads(tenant);
  }

  /** A guard that fails lets nothing by. */
  async function guard(call: GuardedCall): Promise<ExecuteRequest | PatchbayError> {
    try {
      return await ports.guardArguments(call);
    } catch (error) {
      return new PatchbayError('internal', { cause: error });
    }
  }

  /** Whatever keeps them from an answer is a refusal. */
  async function askPolicies(run: Run): Promise<unknown> {
    try {
      return await ports.policies(run);
    } catch (error) {
      return error;
    }
  }

  async function carryOut(run: Run): Promise<ExecutionResult> {
    const { request, prepared, execution } = run;
    // 5. Claim the key, write the intent, borrow the credential, ask the limiter.
    let reservation: Reservation;
    try {
      reservation = await reserveExecution(ports, run);
    } catch (error) {
      return conclude(run, refusal(factsOf(run), error));
    }
    const { claim, lease, intent } = reservation;
    // 6. A key that was there already: answer from the ledger, with no second effect, or carry on for an executor that is lost.
    let held: { readonly revision: number; readonly executionId: string } | null = null;
    if (claim?.won === true) held = { revision: claim.revision, executionId: execution.executionId };
    if (claim?.won === false) {
      const digest = requestDigest(request, prepared.name, run.argumentsDigest);
      const duplicate = { ...ports, probe: executeTool };
      const kept = await answerDuplicate(duplicate, run, digest, claim, factsOf(run), lease?.connection);
      if (kept.result !== null) return conclude(run, await ports.guardResult(guardedCall(run), kept.result));
      held = kept.takenOver;
    }
    // 7. Build, send, retry, shape: the engine. The credential goes in last, there.
    const delivery = openDelivery(run, intent);
    const executing = ports.engine.execute({
      ...engineInput(run, lease),
      ...(prepared.pagination !== null && { admitPage: () => roomForPage(run, lease) }),
      ...(delivery !== null && { stream: delivery }),
      signal: execution.abort.signal,
      onAttempt: (attempt) => {
        execution.attempted = true;
        return ports.watchAttempt?.(run, attempt);
      },
      ...(prepared.cache !== undefined && { admit: () => waitForRoom(ports, run, lease) }),
      ...(prepared.needsConnection && { refreshCredential: () => freshCredential(run) }),
    });
    // The upstream works now, and there is time for as much of the record as is known.
    const draft = intent === null ? draftOutcome(ports, recordedOf(run, lease)) : null;
    const outcome = await executing;
    delivery?.close();
    const upstream = { upstreamMs: outcome.upstreamMs, attempts: outcome.attempts, truncated: outcome.truncated };
    // What left without an answer may be there to be seen, where the tool says how to look.
    const seen =
      outcome.status === 'outcome_unknown' && delivery === null
        ? await probeOwnOutcome({ probe: executeTool }, run, upstream)
        : null;
    let result = seen ?? answer({ ...factsOf(run), ...upstream }, outcome.status, outcome.output, outcome.error);
    if (outcome.cached) result.cached = true;
    if (seen === null && outcome.untrusted !== undefined) result.untrusted = outcome.untrusted;
    result = await ports.guardResult(guardedCall(run), result);
    if (delivery !== null) result = delivery.seal(result, outcome);
    // 8. Record the outcome, let go of the key, and tell whoever listens. What was carried on has the name it was begun under.
    if (held !== null) result = { ...result, execution_id: held.executionId };
    const unrecorded = draft === null ? await tellAfter(intent, run) : await tellAlone(run, draft, { result, outcome });
    if (unrecorded !== null) {
      const facts = { ...factsOf(run), ...upstream, truncated: false, executionId: result.execution_id };
      result = answer(facts, 'failed', null, unrecorded.body);
    }
    background(tellOthers(run, result, draft === null ? { outcome, lease } : null, held === null));
    return held === null ? result : settleAnswer(ports, run, held.revision, result);
  }

  /** At the end of this turn, when the answer has left: what is recorded of it, if it was not yet, and who listens is told. */
  async function tellOthers(
    run: Run,
    result: ExecutionResult,
    unrecorded: Pick<Ended, 'outcome' | 'lease'> | null,
    announces: boolean,
  ): Promise<void> {
    await setImmediate();
    const recording = unrecorded === null ? null : outcomeOf(run, result, unrecorded);
    // Of what has a key the ledger is told first.
    if (announces) ports.announce.finished(run.call.tenant, run.execution.session, result);
    await recording?.durable;
  }

  /** Where the chunks go, when the caller asked for them and the tool has any. */
  function openDelivery({ request, call, prepared, execution }: Run, intent: Recording | null): ChunkDelivery | null {
    if (!request.stream || !prepared.streams || call.replyTo === undefined || intent === null) return null;
    // What is personal may be spread over pieces: then the answer is told whole, or not at all.
    if (ports.looksThrough(guardedCall({ request, call, prepared, execution }))) return null;
    return new ChunkDelivery(ports.chunks, {
      tenant: call.tenant,
      executionId: execution.executionId,
      replyTo: call.replyTo,
      ...(request.stream_window !== undefined && { window: request.stream_window }),
      stallMs: ports.streamStallMs,
      abort: execution.abort,
      allowed: intent.durable,
    });
  }

  function conclude(run: Run, result: ExecutionResult): ExecutionResult {
    background(outcomeOf(run, result, {}).durable);
    return result;
  }

  function outcomeOf(
    run: Run,
    result: ExecutionResult,
    { outcome, lease }: Pick<Ended, 'outcome' | 'lease'>,
  ): Recording {
    return recordOutcome(ports, { ...recordedOf(run, lease), result, outcome });
  }

  /**
   * A read without an intent: its outcome is all that is recorded, and on its way before anything is told. Null, or why nothing may be.
   */
  async function tellAlone(
    run: Run,
    complete: CompleteOutcome,
    ended: Pick<Ended, 'result' | 'outcome'>,
  ): Promise<PatchbayError | null> {
    const tells = ended.result.status === 'succeeded';
    const { handed, durable } = complete({ ...ended, ahead: tells });
    background(durable);
    return handed === null || !tells ? null : failureOf(handed, run);
  }

  /** What was read is not told unless its intent, where it has one, is on record. It nearly always is by now. */
  async function tellAfter(intent: Recording | null, run: Run): Promise<PatchbayError | null> {
    return intent !== null && run.prepared.risk === 'read' ? failureOf(intent.durable, run) : null;
  }

  /** A dry run needs the connection's variables for the URL, but not its credential. */
  async function preview(run: Run): Promise<ExecutionResult> {
    try {
      const lease = run.prepared.needsConnection
        ? await beforeDeadline(borrowLease(ports.leases, run), run.deadlineAt, run.execution.abort.signal)
        : null;
      const output = ports.engine.previewRequest(
        engineInput(run, lease === null ? null : { ...lease, credential: null }),
      );
      return answer(factsOf(run), 'succeeded', output, null);
    } catch (error) {
      return refusal(factsOf(run), error);
    }
  }

  async function failureOf(recorded: Promise<void>, run: Run): Promise<PatchbayError | null> {
    try {
      await beforeDeadline(recorded, run.deadlineAt, new AbortController().signal);
      return null;
    } catch (error) {
      return error instanceof PatchbayError && error.code === 'audit_unavailable'
        ? error
        : new PatchbayError('audit_unavailable', { cause: error });
    }
  }

  /** A further page takes a place in the rate limits, as a call does. */
  async function roomForPage({ call, prepared }: Run, lease: Lease | null): Promise<number | null> {
    if (!ports.limits.applies(call.tenant, prepared)) return null;
    return (await ports.limits.admit(call.tenant, prepared, lease?.connection ?? null))?.waitMs ?? null;
  }

  async function freshCredential(run: Run): Promise<Credential | null> {
    try {
      return (await borrowLease(ports.leases, run, true)).credential;
    } catch {
      return null;
    }
  }
}

/** Should the caller be there after all, with a connection that it lost meanwhile: it asked for nothing of the kind. */
function toldAbsent(result: ExecutionResult): ExecutionResult {
  const error = result.error ?? errorBody('cancelled');
  return { ...result, error: { ...error, details: { ...error.details, reason: callerGone } } };
}

function guardedCall({
  request,
  call,
  prepared,
  execution,
}: Pick<Run, 'request' | 'call' | 'prepared' | 'execution'>): GuardedCall {
  return { executionId: execution.executionId, request, call, prepared };
}

function recordedOf(run: Run, lease: Lease | null | undefined): Recorded {
  const { request, call, prepared, execution } = run;
  return { executionId: execution.executionId, request, call, prepared, run, lease };
}

/**
 * What the execution spent here, to learn from: of those that made one attempt and were not held up by a rate limit, as
 * pauses that were meant are no queue, and that did not look for the effect of a lost answer.
 */
function timeSpent(
  { pace, prepared }: Run,
  { attempts, status, probed, replayed, timing, stream }: ExecutionResult,
): TimeSpent | null {
  // The pace of a stream is its caller's.
  const looked = prepared.probe && (probed === true || status === 'outcome_unknown');
  const tells = attempts === 1 && !replayed && !looked && stream === undefined && pace.waitedMs === 0;
  return tells ? { ownMs: timing.overhead_ms, totalMs: timing.total_ms } : null;
}

function engineInput(
  run: Run,
  lease: { connection: string; variables: Record<string, string>; credential: Credential | null } | null,
): ExecuteInput {
  const { request, call, prepared, execution, deadlineAt } = run;
  return {
    prepared,
    tenant: call.tenant,
    arguments: request.arguments,
    ...(prepared.cache !== undefined && { argumentsDigest: run.argumentsDigest }),
    credential: lease?.credential ?? null,
    variables: lease?.variables ?? {},
    ...(lease?.connection !== undefined && { connection: lease.connection }),
    deadlineAt,
    // A call that brought no key has one made up, for upstreams that take one: our own retries then act once there too.
    idempotencyKey: request.idempotency_key ?? execution.executionId,
    traceparent: call.traceparent,
    caller: request.context,
  };
}
