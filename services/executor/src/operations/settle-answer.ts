import { setImmediate } from 'node:timers/promises';
import type { ExecutionResult } from '@patchbay/contracts';
import { PatchbayError } from '@patchbay/contracts';
import { refusal } from '../domain/answers.ts';
import { factsOf } from './answer-facts.ts';
import type { Run } from './execution-run.ts';
import type { AnnounceFinished, KeepLedger } from './ports.ts';
import { settleKey } from './reserve-execution.ts';

/** Milliseconds past its deadline after which an answer may have been declared unknown meanwhile: this process stood still. */
const staleAfterMs = 1_000;

export interface SettleAnswerPorts {
  readonly ledger: KeepLedger;
  readonly announce: AnnounceFinished;
  /** Takes work that outlives the answer; shutdown waits for it. */
  readonly background: (work: Promise<unknown>) => void;
}

/**
 * Records the answer of a claim without keeping the caller waiting: a crash here reads as unknown. Whoever listens is
 * told after that, since repeats that wait look into the ledger when they hear of it. An answer that comes long after
 * its deadline is first held against the ledger: if another executor has spoken for it, that answer stands.
 */
export async function settleAnswer(
  ports: SettleAnswerPorts,
  run: Run,
  revision: number,
  result: ExecutionResult,
): Promise<ExecutionResult> {
  if (performance.now() <= run.deadlineAt + staleAfterMs) {
    // At the end of this turn: the answer leaves first.
    ports.background(setImmediate().then(() => settleAndAnnounce(ports, run, revision, result, true)));
    return result;
  }
  try {
    if (await settleAndAnnounce(ports, run, revision, result, false)) return result;
    const newer = await ports.ledger.read(run.call.tenant, run.ledgerKey as string);
    if (newer?.record.result !== undefined) return { ...newer.record.result, replayed: true };
  } catch {
    // The ledger does not answer, so it cannot say that this answer still stands.
  }
  return refusal(factsOf(run), new PatchbayError('in_progress', { retryAfterMs: 200 }));
}

/** False, and nothing announced, when another executor took the key over. */
async function settleAndAnnounce(
  { ledger, announce }: SettleAnswerPorts,
  run: Run,
  revision: number,
  result: ExecutionResult,
  told: boolean,
): Promise<boolean> {
  const stands = await settleKey(ledger, run, revision, result, told);
  if (stands) announce.finished(run.call.tenant, run.execution.session, result);
  return stands;
}
