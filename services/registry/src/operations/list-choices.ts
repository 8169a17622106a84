import type { ListChoicesResult } from '@patchbay/contracts';
import type { Documents } from './ports.ts';

/** Everything a scope says about integrations. */
export function listChoices({ documents }: { readonly documents: Documents }) {
  return async ({ scope }: { readonly scope: string }): Promise<ListChoicesResult> => ({
    choices: documents.choices(scope),
  });
}
