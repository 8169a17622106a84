import { PatchbayError, StoredSubmission } from '@patchbay/contracts';
import type { FairShare } from '../../domain/fair-share.ts';
import { pendingRecord, type SubmissionOutcome, type SubmissionRecord } from '../../domain/submission-record.ts';
import { maxTries, shareRetryMs } from '../../domain/submission-schedule.ts';
import type { FindTool } from '../ports.ts';
import {
  buryGivenUp,
  type FinishPorts,
  finishSubmission,
  giveUpSubmission,
  giveUpUnreadable,
  type HeldSubmission,
  keepable,
} from './finish-submission.ts';
import type { KeepResults } from './ports.ts';
import { readOutcome, type SubmittedWork, workDigest, workOfTry } from './submitted-work.ts';

export interface CarryOutPorts extends FinishPorts {
  readonly results: KeepResults;
  readonly share: FairShare;
  readonly tools: FindTool;
  /** One try, in the lane that live calls do not wait for. Never throws. */
  readonly execute: (tenant: string, work: SubmittedWork, cleared: readonly string[]) => Promise<SubmissionOutcome>;
}

export interface SubmissionMessage {
  readonly tenant: string;
  readonly text: string;
  /** Its number in the stream. */
  readonly sequence: number;
}

/** What becomes of the message: it is done with, or comes again. */
export type SubmissionVerdict = { readonly done: true } | { readonly done: false; readonly retryAfterMs: number };
const done: SubmissionVerdict = { done: true };
/** The message is done with when its record is settled: by this executor, or as the next one finds. */
const settledOr = (settled: boolean): SubmissionVerdict =>
  settled ? done : { done: false, retryAfterMs: shareRetryMs };

/**
 * Carries out a submission that the stream hands over, perhaps not for the first time: an executor may have died at any
 * point before. The record says what is known; the ledger, under the submission's key, makes repeats one effect.
 */
export function createCarryOutSubmission(
  ports: CarryOutPorts,
): (message: SubmissionMessage) => Promise<SubmissionVerdict> {
  return async (message) => {
    const { tenant } = message;
    const stored = readSubmission(message.text);
    if (stored === null) {
      await giveUpUnreadable(ports, message);
      return done;
    }
    const { record, revision } = await recordOf(ports.results, tenant, stored);
    const submission = { tenant, stored, text: message.text };
    if (record.state === 'dead_letter') await buryGivenUp(ports, submission, record);
    if (record.state !== 'pending') return done;
    if (ports.now() >= stored.expires_at) {
      return settledOr(await giveUpSubmission(ports, submission, record, revision, 'expired'));
    }
    // Every try ended its executor, or failed: what is counted is begun tries, so that a deadly message ends too.
    if (record.tries >= maxTries) {
      return settledOr(await giveUpSubmission(ports, submission, record, revision, 'exhausted'));
    }
    if (ports.now() < stored.not_before) return { done: false, retryAfterMs: stored.not_before - ports.now() };
    if (!ports.share.enter(tenant)) return { done: false, retryAfterMs: shareRetryMs };
    try {
      return await tryOnce(ports, submission, record, revision);
    } finally {
      ports.share.leave(tenant);
    }
  };
}

async function tryOnce(
  ports: CarryOutPorts,
  submission: HeldSubmission,
  before: SubmissionRecord,
  revision: number,
): Promise<SubmissionVerdict> {
  const { tenant, stored } = submission;
  const begun = { ...before, tries: before.tries + 1 };
  const begunRevision = await ports.results.update(tenant, stored.submission_id, begun, revision);
  // Another executor has it in hand as well, and is ahead. Look again when it has had time.
  if (begunRevision === null) return { done: false, retryAfterMs: shareRetryMs };
  const outcome = await ports.execute(tenant, workOfTry(stored, ports.now()), stored.cleared ?? []);
  const reading = readOutcome(ports.tools, tenant, stored, outcome, begun.tries);
  if (reading.roomMs !== null && ports.now() < stored.expires_at) {
    await ports.results.update(tenant, stored.submission_id, before, begunRevision);
    return { done: false, retryAfterMs: reading.roomMs };
  }
  const last = { ...begun, ...outcome };
  const { againMs } = reading;
  if (reading.refused && ports.now() >= stored.expires_at) {
    return settledOr(await giveUpSubmission(ports, submission, last, begunRevision, 'expired'));
  }
  const isLast = begun.tries >= maxTries || ports.now() + (againMs ?? 0) >= stored.expires_at;
  if (againMs === null || (isLast && reading.unknown)) {
    return settledOr(await finishSubmission(ports, tenant, last, begunRevision));
  }
  if (isLast) {
    const reason = begun.tries >= maxTries ? 'exhausted' : 'expired';
    return settledOr(await giveUpSubmission(ports, submission, last, begunRevision, reason));
  }
  await ports.results.update(tenant, stored.submission_id, keepable(last), begunRevision);
  return { done: false, retryAfterMs: againMs };
}

function readSubmission(text: string): StoredSubmission | null {
  try {
    const parsed = StoredSubmission.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

/** The record, made anew when it is gone: accepted by an executor that died first, or replayed after its time. */
async function recordOf(
  results: KeepResults,
  tenant: string,
  stored: StoredSubmission,
): Promise<{ record: SubmissionRecord; revision: number }> {
  const found = await results.read(tenant, stored.submission_id);
  if (found !== null) return found;
  const record = pendingRecord(stored, workDigest(stored));
  const revision = await results.create(tenant, stored.submission_id, record);
  if (revision !== null) return { record, revision };
  throw new PatchbayError('in_progress', { retryAfterMs: shareRetryMs });
}
