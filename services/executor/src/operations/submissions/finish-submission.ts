import {
  type DeadLetter,
  type DeadLetterReason,
  type ErrorBody,
  errorBody,
  type StoredSubmission,
} from '@patchbay/contracts';
import { fitPlanResult } from '../../domain/fit-plan-result.ts';
import type { SubmissionRecord } from '../../domain/submission-record.ts';
import { maxTries } from '../../domain/submission-schedule.ts';
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

/** A submission whose message is at hand. */
export interface HeldSubmission {
  readonly tenant: string;
  readonly stored: StoredSubmission;
  /** The message. */
  readonly text: string;
}

/**
 * Keeps the answer that the record holds for pick-up, and tells whoever listens. False when another executor was first, which may have
 * begun a try and be gone: whether anything is left to do is for the next look at the record.
 */
export async function finishSubmission(
  ports: FinishPorts,
  tenant: string,
  record: SubmissionRecord,
  revision: number,
): Promise<boolean> {
  if (!(await settle(ports, tenant, record, revision, 'done'))) return false;
  tell(ports, tenant, record, 'done');
  return true;
}

/**
 * Gives a submission up where the tenant looks, and puts it among the dead letters. False as of `finishSubmission`. The record first: of
 * several executors one has its way, and what another finished is no dead letter. Who ends in between leaves the rest to `buryGivenUp`.
 */
export async function giveUpSubmission(
  ports: FinishPorts,
  submission: HeldSubmission,
  record: SubmissionRecord,
  revision: number,
  reason: 'expired' | 'exhausted',
): Promise<boolean> {
  const hasAnswer = record.result !== null || record.plan !== undefined;
  const last = hasAnswer ? record : { ...record, ...neverAnswered(submission.stored, reason) };
  if (!(await settle(ports, submission.tenant, last, revision, 'dead_letter'))) return false;
  await layDown(ports, submission, last, reason);
  return true;
}

/** Puts one that was given up among the dead letters, if whoever gave it up ended before it did. */
export async function buryGivenUp(
  ports: FinishPorts,
  submission: HeldSubmission,
  record: SubmissionRecord,
): Promise<void> {
  if ((await ports.deadLetters.read(submission.tenant, record.submission_id)) !== null) return;
  await layDown(ports, submission, record, record.tries >= maxTries ? 'exhausted' : 'expired');
}

async function settle(
  { results, now }: FinishPorts,
  tenant: string,
  record: SubmissionRecord,
  revision: number,
  state: 'done' | 'dead_letter',
): Promise<boolean> {
  const kept = keepable({ ...record, state, finished_at: now() });
  return (await results.update(tenant, record.submission_id, kept, revision)) !== null;
}

function tell(
  { announce }: FinishPorts,
  tenant: string,
  { submission_id, session, result, plan }: SubmissionRecord,
  state: 'done' | 'dead_letter',
): void {
  const { output: _output, ...told } = result ?? {};
  const { results: _results, ...sum } = plan ?? {};
  announce.finished(tenant, {
    submission_id,
    state,
    session,
    result: result === null ? null : (told as Omit<typeof result, 'output'>),
    ...(plan !== undefined && { plan: sum as Omit<typeof plan, 'results'> }),
  });
}

async function layDown(
  ports: FinishPorts,
  { tenant, stored: { submission_id: id, execute, plan }, text }: HeldSubmission,
  record: SubmissionRecord,
  reason: 'expired' | 'exhausted',
): Promise<void> {
  const error = errorOf(record) ?? errorBody('internal');
  const letter = { id, tenant, reason, error, tries: record.tries, tool: execute?.tool ?? null };
  await bury(ports, { ...letter, ...(plan !== undefined && { calls: plan.calls.length }) }, text);
  tell(ports, tenant, record, 'dead_letter');
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
