import { PatchbayError, type ReplayDeadLetterRequest, StoredSubmission, type SubmitResult } from '@patchbay/contracts';
import { pendingRecord } from '../../domain/submission-record.ts';
import type { KeepDeadLetters, KeepResults, QueueSubmission, RecordSubmission } from './ports.ts';
import { findDeadLetter } from './show-dead-letter.ts';
import { workDigest } from './submitted-work.ts';

export interface ReplayDeadLetterPorts {
  readonly deadLetters: KeepDeadLetters;
  readonly results: KeepResults;
  readonly queue: QueueSubmission;
  readonly audit: RecordSubmission;
  /** Unix milliseconds. */
  readonly now: () => number;
}

/**
 * Submits a dead letter again, under its own id and key, with new time and all its tries: what an earlier try did is
 * still in the ledger, so it is not done twice.
 * @throws PatchbayError `invalid_request` when there is none or it cannot be read, `overloaded`.
 */
export function createReplayDeadLetter(
  ports: ReplayDeadLetterPorts,
): (request: ReplayDeadLetterRequest) => Promise<SubmitResult> {
  return async ({ tenant, id, expires_in_ms }) => {
    const { letter, payload, revision } = await findDeadLetter(ports.deadLetters, tenant, id);
    const now = ports.now();
    const stored = { ...readable(payload), not_before: now, expires_at: now + expires_in_ms };
    const record = pendingRecord(stored, workDigest(stored));
    const found = await ports.results.read(tenant, id);
    const put =
      found === null
        ? await ports.results.create(tenant, id, record)
        : await ports.results.update(tenant, id, record, found.revision);
    if (put === null) throw new PatchbayError('in_progress', { retryAfterMs: 200 });
    await ports.queue.add(tenant, stored, `${tenant}.${id}.${revision}`);
    await ports.deadLetters.remove(tenant, id, revision);
    ports.audit.record(tenant, 'replayed', letter);
    const { plan_id } = stored.plan ?? {};
    return {
      submission_id: id,
      duplicate: false,
      expires_at: new Date(stored.expires_at).toISOString(),
      ...(plan_id !== undefined && { plan_id }),
    };
  };
}

function readable(payload: string): StoredSubmission {
  try {
    return StoredSubmission.parse(JSON.parse(payload));
  } catch (cause) {
    throw new PatchbayError('invalid_request', {
      message: 'This dead letter is no submission, so it cannot be replayed.',
      cause,
    });
  }
}
