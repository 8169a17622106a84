import {
  type DeadLetter,
  type DeadLetterReason,
  type ErrorBody,
  type ExecutionResult,
  errorBody,
  newId,
  type StoredSubmission,
} from '@patchbay/contracts';
import { answer } from '../../domain/answers.ts';
import type { SubmissionRecord } from '../../domain/submission-record.ts';
import type { AnnounceSubmission, KeepDeadLetters, KeepResults, RecordSubmission } from './ports.ts';

/** Most characters of a result that are kept with its output. */
const maxKept = 1_000_000;

export interface FinishPorts {
  readonly results: KeepResults;
  readonly deadLetters: KeepDeadLetters;
  readonly announce: AnnounceSubmission;
  readonly audit: RecordSubmission;
  /** Unix milliseconds. */
  readonly now: () => number;
}

/** Keeps the answer for pick-up and tells whoever listens. Nothing happens when another executor was first. */
export async function finishSubmission(
  { results, announce, now }: FinishPorts,
  tenant: string,
  record: SubmissionRecord,
  revision: number,
  state: 'done' | 'dead_letter',
  result: ExecutionResult,
): Promise<void> {
  const { submission_id, session } = record;
  const kept = { ...record, state, finished_at: now(), result: keepable(result) };
  if ((await results.update(tenant, submission_id, kept, revision)) === null) return;
  const { output: _output, ...told } = result;
  announce.finished(tenant, { submission_id, state, session, result: told });
}

/** Puts a submission among the dead letters, and its reason where the tenant looks. */
export async function giveUpSubmission(
  ports: FinishPorts,
  { tenant, stored, text }: { tenant: string; stored: StoredSubmission; text: string },
  record: SubmissionRecord,
  revision: number,
  reason: 'expired' | 'exhausted',
  last: ExecutionResult | null,
): Promise<void> {
  const { tool } = stored.execute;
  const result = last ?? neverAnswered(tool, reason);
  const error = result.error ?? errorBody('internal');
  await bury(ports, { id: stored.submission_id, tenant, reason, error, tries: record.tries, tool }, text);
  await finishSubmission(ports, tenant, record, revision, 'dead_letter', result);
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

/** Given up before any try gave an answer. When tries were begun, their executors ended: what they did is not known. */
function neverAnswered(tool: string, reason: 'expired' | 'exhausted'): ExecutionResult {
  const facts = { executionId: newId('execution'), tool, version: null, receivedAt: 0, now: 0 };
  return reason === 'expired'
    ? answer(
        facts,
        'refused',
        null,
        errorBody('deadline_exceeded', { message: 'Its time was over before it could begin.' }),
      )
    : answer(facts, 'outcome_unknown', null, errorBody('outcome_unknown', { message: 'No try ended with an answer.' }));
}

/** Without its output when that is larger than a record may be; the execution itself is as it was. */
function keepable(result: ExecutionResult): ExecutionResult {
  if (JSON.stringify(result).length <= maxKept) return result;
  const error = errorBody('response_too_large', { message: 'The output is larger than is kept for pick-up.' });
  return { ...result, output: null, error: result.error ?? error };
}
