import {
  type DeadLetter,
  type DeadLetterReason,
  type ErrorBody,
  errorBody,
  type StoredSubmission,
} from '@patchbay/contracts';
import { fitPlanResult } from '../../domain/fit-plan-result.ts';
import type { SubmissionRecord } from '../../domain/submission-record.ts';
import type { AnnounceSubmission, KeepDeadLetters, KeepResults, RecordSubmission } from './ports.ts';
import { errorOf, neverAnswered } from './submitted-work.ts';

/** Most characters of a result, and bytes of a plan's, that are kept with its outputs. */
const maxKept = 1_000_000;

export interface FinishPorts {
  readonly results: KeepResults;
  readonly deadLetters: KeepDeadLetters;
  readonly announce: AnnounceSubmission;
  readonly audit: RecordSubmission;
  /** Unix milliseconds. */
  readonly now: () => number;
}

/**
 * Keeps the answer that the record holds for pick-up, and tells whoever listens. False when another executor was first, which may have
 * begun a try and be gone: whether anything is left to do is for the next look at the record.
 */
export async function finishSubmission(
  { results, announce, now }: FinishPorts,
  tenant: string,
  record: SubmissionRecord,
  revision: number,
  state: 'done' | 'dead_letter',
): Promise<boolean> {
  const { submission_id, session, result, plan } = record;
  const kept = keepable({ ...record, state, finished_at: now() });
  if ((await results.update(tenant, submission_id, kept, revision)) === null) return false;
  const { output: _output, ...told } = result ?? {};
  const { results: _results, ...sum } = plan ?? {};
  announce.finished(tenant, {
    submission_id,
    state,
    session,
    result: result === null ? null : (told as Omit<typeof result, 'output'>),
    ...(plan !== undefined && { plan: sum as Omit<typeof plan, 'results'> }),
  });
  return true;
}

/** Puts a submission among the dead letters, and its reason where the tenant looks. False as of `finishSubmission`. */
export async function giveUpSubmission(
  ports: FinishPorts,
  { tenant, stored, text }: { tenant: string; stored: StoredSubmission; text: string },
  record: SubmissionRecord,
  revision: number,
  reason: 'expired' | 'exhausted',
): Promise<boolean> {
  const { submission_id: id, execute, plan } = stored;
  const hasAnswer = record.result !== null || record.plan !== undefined;
  const last = hasAnswer ? record : { ...record, ...neverAnswered(stored, reason) };
  const error = errorOf(last) ?? errorBody('internal');
  const letter = { id, tenant, reason, error, tries: record.tries, tool: execute?.tool ?? null };
  await bury(ports, { ...letter, ...(plan !== undefined && { calls: plan.calls.length }) }, text);
  return finishSubmission(ports, tenant, last, revision, 'dead_letter');
}

export async function giveUpUnreadable(
  ports: FinishPorts,
  { tenant, text, sequence }: { tenant: string; text: string; sequence: number },
): Promise<void> {
  const error = errorBody('invalid_request', { message: 'The message is no submission.' });
  await bury(ports, { id: `seq-${sequence}`, tenant, reason: 'unreadable', error, tries: 0, tool: null }, text);
}

async function bury(
  { deadLetters, audit, now }: FinishPorts,
  facts: Omit<DeadLetter, 'died_at'> & { reason: DeadLetterReason; error: ErrorBody },
  text: string,
): Promise<void> {
  const letter: DeadLetter = { ...facts, died_at: new Date(now()).toISOString() };
  await deadLetters.put(letter, text);
  audit.record(letter.tenant, 'dead_lettered', letter);
}

/** Without outputs where those are larger than a record may be; what was done is as it was. */
export function keepable(record: SubmissionRecord): SubmissionRecord {
  const { result, plan } = record;
  if (plan !== undefined) return { ...record, plan: fitPlanResult(plan, maxKept) };
  if (result === null || JSON.stringify(result).length <= maxKept) return record;
  const error = errorBody('response_too_large', { message: 'The output is larger than is kept for pick-up.' });
  return { ...record, result: { ...result, output: null, error: result.error ?? error } };
}
