import { type ExecuteRequest, type ExecutionResult, errorBody } from '@patchbay/contracts';
import { type AnswerFacts, answer } from '../domain/answers.ts';
import { claimGraceMs, type LedgerRecord } from '../domain/ledger-record.ts';
import { factsOf } from './answer-facts.ts';
import { type ExecuteCall, type Run, remaining } from './execution-run.ts';
import type { KeepLedger } from './ports.ts';
import { steadyNow } from './steady-clock.ts';

export interface ProbeOutcomePorts {
  readonly ledger: KeepLedger;
  /** Carries out the probe's read, with an intent and an outcome of its own. Never throws. */
  readonly probe: (request: ExecuteRequest, call: ExecuteCall) => Promise<ExecutionResult>;
}

/**
 * Looks for the effect of an earlier call whose outcome is unknown, inside this call's deadline. What the probe finds is
 * written over the record at `revision`, so that every later repeat hears the same. Null: still unknown, the tool has no
 * probe, or another executor was first.
 */
export async function probeOutcome(
  { ledger, probe }: ProbeOutcomePorts,
  run: Run,
  { record, revision }: { record: LedgerRecord; revision: number },
  facts: AnswerFacts,
): Promise<ExecutionResult | null> {
  const seen = await look(probe, run);
  if (seen === null) return null;
  const { found, verdict, plan } = seen;
  const { request, call } = run;
  const key = run.ledgerKey as string;
  const now = { ...facts, executionId: record.execution_id, version: record.version, now: performance.now() };
  if (verdict === 'happened') {
    const truncated = { truncated: found.truncated };
    const result = { ...answer({ ...now, ...truncated }, 'succeeded', found.output, null), probed: true };
    const stands = await ledger.settle(call.tenant, key, { ...record, state: 'done', result }, revision);
    return stands ? { ...result, replayed: true } : null;
  }
  // A request may still be on its way while its deadline lasts: that it is not there yet says nothing.
  const settled = steadyNow() > record.started_at + record.deadline_ms + claimGraceMs;
  // In an output that was cut, the effect may be in what was left out.
  if (verdict === 'unknown' || !settled || found.truncated) return null;
  if (!(await ledger.release(call.tenant, key, revision))) return null;
  const error = errorBody('upstream_error', {
    message: `The upstream shows no trace of ${record.execution_id}: it did not take effect, and may be sent again with the same key.`,
    retryable: true,
    details: { execution_id: record.execution_id, probe: plan.tool, tool: request.tool },
  });
  return { ...answer(now, 'failed', null, error), probed: true };
}

/** Milliseconds that must be left of the deadline for a look to be worth it. */
const leastLookMs = 50;

/**
 * Looks for the effect of the run itself, whose request left and has no answer, in what is left of its deadline. The answer
 * is then that it succeeded, or null: that there is nothing to be seen yet says nothing. The key is still the run's own,
 * so the answer is recorded as any other.
 */
export async function probeOwnOutcome(
  { probe }: Pick<ProbeOutcomePorts, 'probe'>,
  run: Run,
  { upstreamMs, attempts }: { readonly upstreamMs: number; readonly attempts: number },
): Promise<ExecutionResult | null> {
  if (!run.prepared.probe || run.execution.abort.signal.aborted || remaining(run) < leastLookMs) return null;
  const seen = await look(probe, run);
  if (seen?.verdict !== 'happened') return null;
  const { output, truncated } = seen.found;
  return { ...answer({ ...factsOf(run), upstreamMs, attempts, truncated }, 'succeeded', output, null), probed: true };
}

/** What the tool's probe reads now, and what that means; null when it has none or could not read. */
async function look(probe: ProbeOutcomePorts['probe'], run: Run) {
  const plan = run.prepared.probe;
  if (!plan) return null;
  // An execution of its own, which belongs to no plan.
  const { executionId: _executionId, plan: _plan, ...own } = run.call;
  const found = await probe(probeRequest(run, plan), { ...own, judged: true, receivedAt: performance.now() });
  return found.status === 'succeeded' ? { found, verdict: plan.judge(found.output), plan } : null;
}

function probeRequest(run: Run, plan: NonNullable<Run['prepared']['probe']>): ExecuteRequest {
  const { request, prepared } = run;
  return {
    tool: plan.tool,
    version: prepared.version,
    arguments: plan.argumentsFor(request.arguments),
    ...(request.connection !== undefined && { connection: request.connection }),
    // A little is kept for writing down what it finds.
    deadline_ms: Math.max(1, Math.floor(remaining(run) * 0.9)),
    stream: false,
    dry_run: false,
    context: request.context,
  };
}
