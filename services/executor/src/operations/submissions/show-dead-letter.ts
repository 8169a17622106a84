import { PatchbayError, type ShowDeadLetterResult } from '@patchbay/contracts';
import type { KeepDeadLetters, KeptDeadLetter } from './ports.ts';

/** One dead letter with its payload. @throws PatchbayError `invalid_request` when there is none, `overloaded`. */
export function createShowDeadLetter(ports: {
  readonly deadLetters: KeepDeadLetters;
}): (request: { tenant: string; id: string }) => Promise<ShowDeadLetterResult> {
  return async ({ tenant, id }) => {
    const { letter, payload } = await findDeadLetter(ports.deadLetters, tenant, id);
    return { dead_letter: letter, payload };
  };
}

/** @throws PatchbayError `invalid_request` when there is none, `overloaded`. */
export async function findDeadLetter(letters: KeepDeadLetters, tenant: string, id: string): Promise<KeptDeadLetter> {
  const kept = await letters.read(tenant, id);
  if (kept !== null) return kept;
  throw new PatchbayError('invalid_request', {
    message: `Tenant '${tenant}' has no dead letter '${id}'.`,
    details: { issues: [{ path: 'id', message: 'no such dead letter' }] },
  });
}
