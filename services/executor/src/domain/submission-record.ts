import type { ExecutionResult, PlanResult, StoredSubmission, SubmissionResult } from '@patchbay/contracts';

/** What a try came to: a call's answer, or in its place a plan's. */
export interface SubmissionOutcome {
  readonly result: ExecutionResult | null;
  readonly plan?: PlanResult;
}

/** What is kept of a submission for its tenant, with what the last try that ended came to. Times are Unix milliseconds. */
export interface SubmissionRecord extends SubmissionOutcome {
  readonly submission_id: string;
  readonly state: 'pending' | 'done' | 'dead_letter';
  /** As in the ledger: the same id with another call is another submission. */
  readonly digest: string;
  readonly session: string | null;
  readonly accepted_at: number;
  readonly expires_at: number;
  readonly tries: number;
  readonly finished_at: number | null;
}

/** The record of a submission that was just accepted. */
export function pendingRecord(stored: StoredSubmission, digest: string): SubmissionRecord {
  return {
    submission_id: stored.submission_id,
    state: 'pending',
    digest,
    session: (stored.execute ?? stored.plan)?.context.session ?? null,
    accepted_at: stored.accepted_at,
    expires_at: stored.expires_at,
    tries: 0,
    finished_at: null,
    result: null,
  };
}

/** What its tenant is told. */
export function submissionAnswer(id: string, record: SubmissionRecord | null): SubmissionResult {
  if (record === null)
    return { submission_id: id, state: 'unknown', result: null, tries: 0, accepted_at: null, finished_at: null };
  return {
    submission_id: id,
    state: record.state,
    result: record.result,
    ...(record.plan !== undefined && { plan: record.plan }),
    tries: record.tries,
    accepted_at: new Date(record.accepted_at).toISOString(),
    finished_at: record.finished_at === null ? null : new Date(record.finished_at).toISOString(),
  };
}
