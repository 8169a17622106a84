import type { DropDeadLetterResult } from '@patchbay/contracts';
import type { KeepDeadLetters, RecordSubmission } from './ports.ts';
import { findDeadLetter } from './show-dead-letter.ts';

/** Forgets a dead letter, payload included. @throws PatchbayError `invalid_request` when there is none, `overloaded`. */
export function createDropDeadLetter(ports: {
  readonly deadLetters: KeepDeadLetters;
  readonly audit: RecordSubmission;
}): (request: { tenant: string; id: string }) => Promise<DropDeadLetterResult> {
  return async ({ tenant, id }) => {
    const { letter, revision } = await findDeadLetter(ports.deadLetters, tenant, id);
    if (await ports.deadLetters.remove(tenant, id, revision)) ports.audit.record(tenant, 'dropped', letter);
    return { dropped: letter };
  };
}
