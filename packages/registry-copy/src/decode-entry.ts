import { issuesOf, StoredIntegration } from '@patchbay/contracts';
import type { EntryAddress } from './entry-key.ts';

/** What stands at a key: a stored document, or why this process cannot use it. */
export type DecodedEntry =
  | { readonly ok: true; readonly stored: StoredIntegration }
  | { readonly ok: false; readonly reason: string };

/**
 * Reads an entry of bucket `integrations`. Written by a newer release it may follow a schema unknown here: that is an
 * answer, not a failure. A value that names another address than its key is refused, because whoever may write one key
 * must not thereby speak for another scope.
 */
export function decodeEntry(address: EntryAddress, value: Uint8Array): DecodedEntry {
  let content: unknown;
  try {
    content = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(value));
  } catch {
    return { ok: false, reason: 'the value is not JSON' };
  }
  const parsed = StoredIntegration.safeParse(content);
  if (!parsed.success) {
    const first = issuesOf(parsed.error)[0];
    return {
      ok: false,
      reason: `the value does not follow the schema this release knows: ${first?.path}: ${first?.message}`,
    };
  }
  const { scope, document } = parsed.data;
  if (scope !== address.scope || document.id !== address.integration || document.version !== address.version) {
    return { ok: false, reason: 'the value names another scope, integration or version than its key' };
  }
  return { ok: true, stored: parsed.data };
}
