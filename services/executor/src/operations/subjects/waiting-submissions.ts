import {
  type ErrorBody,
  errorBody,
  type HeldRecord,
  newId,
  planOfSubmission,
  StoredSubmission,
} from '@patchbay/contracts';
import { answer } from '../../domain/answers.ts';
import { refusedPlan } from '../../domain/plan-answers.ts';
import { pendingRecord, type SubmissionRecord } from '../../domain/submission-record.ts';
import type { KeepResults } from '../submissions/ports.ts';
import { workDigest } from '../submissions/submitted-work.ts';

/** A message of stream `SUBMISSIONS`. */
export interface WaitingMessage {
  readonly sequence: number;
  readonly text: string;
}

/** Submissions that wait. Every method throws PatchbayError `overloaded` when the stream does not answer. */
export interface WaitingSubmissions {
  /** The tenant's messages, oldest first. */
  ofTenant(tenant: string): AsyncIterable<WaitingMessage>;
  /** Overwrites a message and takes it away; one that is gone counts as taken. */
  erase(sequence: number): Promise<void>;
}

export interface EraseWaitingPorts {
  readonly waiting: WaitingSubmissions;
  readonly results: Pick<KeepResults, 'create' | 'read' | 'update'>;
  /** Unix milliseconds. */
  readonly now: () => number;
}

/** Whether what a call said of its person means the one who is looked for. */
type IsTheirs = (said: string) => boolean;

const erased: ErrorBody = errorBody('cancelled', { message: 'The person that it was for was erased.' });

/** The tenant's submissions for a person that wait to be carried out, or are being carried out. @throws PatchbayError `overloaded`. */
export async function listWaiting(
  waiting: WaitingSubmissions,
  tenant: string,
  isTheirs: IsTheirs,
): Promise<HeldRecord[]> {
  const held: HeldRecord[] = [];
  for await (const { stored } of ofPerson(waiting, tenant, isTheirs))
    held.push({ where: 'submissions', id: stored.submission_id, record: stored });
  return held;
}

/**
 * Takes them away: they are not begun any more, and whoever asks hears that they were cancelled. What is under way at this moment ends as
 * it ends; its answer is not kept. @returns how many. @throws PatchbayError `overloaded`; what was done stays.
 */
export async function eraseWaiting(ports: EraseWaitingPorts, tenant: string, isTheirs: IsTheirs): Promise<number> {
  let messages = 0;
  for await (const { stored, sequence } of ofPerson(ports.waiting, tenant, isTheirs)) {
    // The record first: an executor that has the message in hand, or is handed it once more, then sees that it is done with.
    await cancel(ports, tenant, stored);
    await ports.waiting.erase(sequence);
    messages++;
  }
  return messages;
}

async function* ofPerson(waiting: WaitingSubmissions, tenant: string, isTheirs: IsTheirs) {
  for await (const { text, sequence } of waiting.ofTenant(tenant)) {
    const stored = readSubmission(text);
    const said = (stored?.execute ?? stored?.plan)?.context.end_user;
    if (stored !== null && said !== undefined && isTheirs(said)) yield { stored, sequence };
  }
}

async function cancel({ results, now }: EraseWaitingPorts, tenant: string, stored: StoredSubmission): Promise<void> {
  const id = stored.submission_id;
  const fresh = { ...pendingRecord(stored, workDigest(stored)), ...cancelled(stored), finished_at: now() };
  for (;;) {
    const found = await results.read(tenant, id);
    if (found !== null && found.record.state !== 'pending') return;
    const record: SubmissionRecord =
      found === null
        ? { ...fresh, state: 'done' }
        : { ...found.record, ...cancelled(stored), state: 'done', finished_at: now() };
    const written =
      found === null
        ? await results.create(tenant, id, record)
        : await results.update(tenant, id, record, found.revision);
    // An executor was at it at the same time: what it wrote is looked at again.
    if (written !== null) return;
  }
}

function cancelled({ submission_id: id, execute, plan }: StoredSubmission): Pick<SubmissionRecord, 'result' | 'plan'> {
  if (plan !== undefined) {
    const facts = { planId: plan.plan_id ?? planOfSubmission(id), receivedAt: 0, now: 0 };
    return { result: null, plan: refusedPlan(facts, plan.calls, erased) };
  }
  const facts = { executionId: newId('execution'), tool: execute?.tool ?? null, version: null, receivedAt: 0, now: 0 };
  return { result: answer(facts, 'cancelled', null, erased) };
}

function readSubmission(text: string): StoredSubmission | null {
  try {
    return StoredSubmission.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}
