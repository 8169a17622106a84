import { type ExecuteRequest, type ExecutionResult, PatchbayError, StoredSubmission } from '@patchbay/contracts';
import type { FairShare } from '../../domain/fair-share.ts';
import { pendingRecord, type SubmissionRecord } from '../../domain/submission-record.ts';
import { maxTries, nextTryMs, shareRetryMs } from '../../domain/submission-schedule.ts';
import { argumentsDigest, requestDigest } from '../digest-request.ts';
import { type FinishPorts, finishSubmission, giveUpSubmission, giveUpUnreadable } from './finish-submission.ts';
import type { KeepResults } from './ports.ts';

export interface CarryOutPorts extends FinishPorts {
  readonly results: KeepResults;
  readonly share: FairShare;
  /** Whether the tool says how to find out what became of a call. */
  readonly hasProbe: (tenant: string, request: ExecuteRequest) => boolean;
  /** One try, in the lane that live calls do not wait for. Never throws. */
  readonly execute: (tenant: string, request: ExecuteRequest) => Promise<ExecutionResult>;
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
    if (record.state !== 'pending') return done;
    const submission = { tenant, stored, text: message.text };
    if (ports.now() >= stored.expires_at) {
      await giveUpSubmission(ports, submission, record, revision, 'expired', record.result);
      return done;
    }
    // Every try ended its executor, or failed: what is counted is begun tries, so that a deadly message ends too.
    if (record.tries >= maxTries) {
      await giveUpSubmission(ports, submission, record, revision, 'exhausted', record.result);
      return done;
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
  submission: { tenant: string; stored: StoredSubmission; text: string },
  before: SubmissionRecord,
  revision: number,
): Promise<SubmissionVerdict> {
  const { tenant, stored } = submission;
  const begun = { ...before, tries: before.tries + 1 };
  const begunRevision = await ports.results.update(tenant, stored.submission_id, begun, revision);
  // Another executor has it in hand as well, and is ahead. Look again when it has had time.
  if (begunRevision === null) return { done: false, retryAfterMs: shareRetryMs };
  const result = await ports.execute(tenant, requestOf(stored, ports.now()));
  // No room beside the live calls: that was no try.
  if (result.error?.code === 'overloaded' && result.attempts === 0 && ports.now() < stored.expires_at) {
    await ports.results.update(tenant, stored.submission_id, before, begunRevision);
    return { done: false, retryAfterMs: Math.max(shareRetryMs, result.error.retry_after_ms ?? 0) };
  }
  const waitMs = nextTryMs(result, begun.tries, ports.hasProbe(tenant, stored.execute));
  if (result.status === 'refused' && ports.now() >= stored.expires_at) {
    await giveUpSubmission(ports, submission, { ...begun, result }, begunRevision, 'expired', result);
    return done;
  }
  if (waitMs === null) {
    await finishSubmission(ports, tenant, begun, begunRevision, 'done', result);
    return done;
  }
  const last = { ...begun, result };
  if (result.status === 'outcome_unknown' && (begun.tries >= maxTries || ports.now() + waitMs >= stored.expires_at)) {
    await finishSubmission(ports, tenant, begun, begunRevision, 'done', result);
    return done;
  }
  if (begun.tries >= maxTries || ports.now() + waitMs >= stored.expires_at) {
    const reason = begun.tries >= maxTries ? 'exhausted' : 'expired';
    await giveUpSubmission(ports, submission, last, begunRevision, reason, result);
    return done;
  }
  await ports.results.update(tenant, stored.submission_id, last, begunRevision);
  return { done: false, retryAfterMs: waitMs };
}

/** The call of one try: its key is the submission's unless it brought one, its deadline ends with the submission's time. */
function requestOf({ submission_id, execute, expires_at }: StoredSubmission, now: number): ExecuteRequest {
  return {
    ...execute,
    idempotency_key: execute.idempotency_key ?? submission_id,
    deadline_ms: Math.max(1, Math.min(execute.deadline_ms, expires_at - now)),
  };
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
  const { execute } = stored;
  const record = pendingRecord(stored, requestDigest(execute, execute.tool, argumentsDigest(execute.arguments)));
  const revision = await results.create(tenant, stored.submission_id, record);
  if (revision !== null) return { record, revision };
  throw new PatchbayError('in_progress', { retryAfterMs: shareRetryMs });
}
