import { randomUUID } from 'node:crypto';
import { type ExecutionResult, errorBody, PatchbayError } from '@patchbay/contracts';
import { type AnswerFacts, answer, refusal } from '../domain/answers.ts';
import { type LedgerRecord, readLedger } from '../domain/ledger-record.ts';
import { type CarryOnPorts, carryOn, type TakenOver, watchHolder } from './carry-on.ts';
import type { Run } from './execution-run.ts';
import type { FollowKeys } from './follow-key.ts';
import type { KeepLedger } from './ports.ts';
import { probeOutcome } from './probe-outcome.ts';
import { steadyNow } from './steady-clock.ts';

/** Longest wait for word of the first call before the ledger is looked at all the same, in milliseconds. */
const maxPauseMs = 500;

export interface AnswerDuplicatePorts extends CarryOnPorts {
  readonly keys: FollowKeys;
}

/** The answer, or the key: its executor was lost, and the call may be carried on. */
export type DuplicateAnswer =
  | { readonly result: ExecutionResult }
  | { readonly result: null; readonly takenOver: TakenOver };

/**
 * Answers a request whose key is taken: with the first answer, waiting for it as long as the deadline allows, or with
 * the honest `outcome_unknown` when whoever ran it is gone and nothing can be done about it.
 */
export async function answerDuplicate(
  ports: AnswerDuplicatePorts,
  run: Run,
  digest: string,
  found: { record: LedgerRecord; revision: number },
  facts: AnswerFacts,
  connection: string | undefined,
): Promise<DuplicateAnswer> {
  const settled = await settledAnswer(ports, run, digest, found, facts);
  if (settled !== null) return { result: settled };
  const { execution_id } = found.record;
  const { signal } = run.execution.abort;
  const followed = ports.keys.follow(run.call.tenant, run.ledgerKey as string, execution_id);
  let holder = watchHolder(ports, run, found.record);
  let holds = found.record.presence;
  const mark = randomUUID();
  try {
    for (let looks = 0; ; ) {
      const next = await followed.read();
      const now = { ...facts, now: performance.now() };
      // Released since: the first attempt was refused before anything was sent, so the caller may simply ask again.
      if (next === null || (next.record.state === 'running' && next.record.execution_id !== execution_id))
        return { result: inProgress(now, execution_id, 0) };
      const answer = await settledAnswer(ports, run, digest, next, now);
      if (answer !== null) return { result: answer };
      // Taken over by a write whose answer did not come.
      if (next.record.mark === mark)
        return { result: null, takenOver: { revision: next.revision, executionId: execution_id } };
      const leftMs = run.deadlineAt - performance.now();
      if (leftMs <= 1 || signal.aborted)
        return { result: inProgress({ ...now, now: performance.now() }, execution_id, 200) };
      if (next.record.presence !== holds) {
        // Another repeat has taken it over: that one is followed now.
        holder?.close();
        holder = watchHolder(ports, run, next.record);
        holds = next.record.presence;
      } else if (holder?.lost.aborted === true) {
        const carried = await carryOn(ports, run, next, now, looks++, mark, connection);
        if (carried !== null) return { result: null, ...carried };
      }
      const wake = holder === null || holder.lost.aborted ? signal : AbortSignal.any([signal, holder.lost]);
      await followed.changed(Math.min(maxPauseMs, leftMs), wake);
    }
  } finally {
    holder?.close();
    followed.close();
  }
}

/** What a record has to say already; null while its execution is under way. */
async function settledAnswer(
  ports: AnswerDuplicatePorts,
  run: Run,
  digest: string,
  found: { record: LedgerRecord; revision: number },
  facts: AnswerFacts,
): Promise<ExecutionResult | null> {
  const { record, revision } = found;
  const reading = readLedger(record, digest, steadyNow());
  if (reading.kind === 'running') return null;
  // What became of a call that nobody knows the outcome of can be looked up, where the tool says how.
  const unknown =
    reading.kind === 'abandoned' || (reading.kind === 'replay' && reading.result.status === 'outcome_unknown');
  const probed = unknown ? await probeOutcome(ports, run, found, facts) : null;
  if (probed !== null) return probed;
  if (reading.kind === 'replay')
    return { ...reading.result, replayed: true, timing: refusal({ ...facts, now: performance.now() }, null).timing };
  if (reading.kind === 'abandoned') return declareUnknown(ports.ledger, run, record, revision, facts);
  return refusal(
    facts,
    new PatchbayError('invalid_request', {
      message: 'This idempotency key was used for another tool or other arguments.',
      details: {
        issues: [{ path: 'idempotency_key', message: `was used for ${record.tool} in ${record.execution_id}` }],
      },
    }),
  );
}

function inProgress(facts: AnswerFacts, executionId: string, retryAfterMs: number): ExecutionResult {
  return refusal(facts, new PatchbayError('in_progress', { retryAfterMs, details: { execution_id: executionId } }));
}

/** Fences the lost executor off: should it come back, its late answer no longer matches the revision. */
async function declareUnknown(
  ledger: KeepLedger,
  run: Run,
  record: LedgerRecord,
  revision: number,
  facts: AnswerFacts,
): Promise<ExecutionResult> {
  const error = errorBody('outcome_unknown', {
    message: 'The executor that carried this out was lost before it recorded an outcome.',
  });
  const result = answer(
    { ...facts, executionId: record.execution_id, version: record.version },
    'outcome_unknown',
    null,
    error,
  );
  const settled = await ledger.settle(
    run.call.tenant,
    run.ledgerKey as string,
    { ...record, state: 'done', result },
    revision,
  );
  if (settled) return { ...result, replayed: true };
  const latest = await ledger.read(run.call.tenant, run.ledgerKey as string);
  return latest?.record.result ? { ...latest.record.result, replayed: true } : { ...result, replayed: true };
}
