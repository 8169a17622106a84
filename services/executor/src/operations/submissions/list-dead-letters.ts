import type { ListDeadLettersRequest, ListDeadLettersResult } from '@patchbay/contracts';
import type { KeepDeadLetters } from './ports.ts';

/** Dead letters of a tenant or of all, newest first. @throws PatchbayError `overloaded`. */
export function createListDeadLetters(ports: {
  readonly deadLetters: KeepDeadLetters;
}): (request: ListDeadLettersRequest) => Promise<ListDeadLettersResult> {
  return async ({ tenant, limit }) => {
    const letters = await ports.deadLetters.list(tenant);
    letters.sort((a, b) => b.died_at.localeCompare(a.died_at) || a.id.localeCompare(b.id));
    return { dead_letters: letters.slice(0, limit), total: letters.length };
  };
}
