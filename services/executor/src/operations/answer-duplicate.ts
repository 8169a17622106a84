import { type ExecutionResult, errorBody, PatchbayError } from '@patchbay/contracts';
import { type AnswerFacts, answer, refusal } from '../domain/answers.ts';
import { type LedgerRecord, readLedger } from '../domain/ledger-record.ts';
import { pause } from './deadline.ts';
import type { Run } from './execution-run.ts';
import type { KeepLedger } from './ports.ts';

/** Longest pause between two looks at the ledger, in milliseconds. */
const maxPauseMs = 200;

/**
 * Answers a request whose key is taken: with the first answer, waiting for it as long as the deadline allows, or with
 * the honest `outcome_unknown` when whoever ran it is gone.
 */
export async function answerDuplicate(
  ledger: KeepLedger,
  run: Run,
  digest: string,
  found: { record: LedgerRecord; revision: number },
  facts: AnswerFacts,
): Promise<ExecutionResult> {
  let { record, revision } = found;
  for (let pauseMs = 5; ; pauseMs = Math.min(pauseMs * 2, maxPauseMs)) {
    const reading = readLedger(record, digest, Date.now());
    const now = { ...facts, now: performance.now() };
    if (reading.kind === 'conflict') {
      return refusal(
        now,
        new PatchbayError('invalid_request', {
          message: 'This idempotency key was used for another tool or other arguments.',
          details: {
            issues: [{ path: 'idempotency_key', message: `was used for ${record.tool} in ${record.execution_id}` }],
          },
        }),
      );
    }
    if (reading.kind === 'replay') return { ...reading.result, replayed: true, timing: refusal(now, null).timing };
    if (reading.kind === 'abandoned') return declareUnknown(ledger, run, record, revision, now);
    if (performance.now() + pauseMs >= run.deadlineAt || run.execution.abort.signal.aborted) {
      return refusal(
        now,
        new PatchbayError('in_progress', { retryAfterMs: maxPauseMs, details: { execution_id: record.execution_id } }),
      );
    }
    await pause(pauseMs, run.execution.abort.signal);
    const next = await ledger.read(run.call.tenant, run.ledgerKey as string);
    // Released since: the first attempt was refused before anything was sent, so the caller may simply ask again.
    if (next === null || (next.record.state === 'running' && next.record.execution_id !== record.execution_id)) {
      return refusal(
        { ...now, now: performance.now() },
        new PatchbayError('in_progress', { retryAfterMs: 0, details: { execution_id: record.execution_id } }),
      );
    }
    ({ record, revision } = next);
  }
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
