import { issuesOf, StoredChoice, StoredIntegration, StoredToolset } from '@patchbay/contracts';
import type { ChoiceAddress, EntryAddress, ToolsetAddress } from './entry-key.ts';

/** What stands at a key: a stored value, or why this process cannot use it. */
export type Decoded<Value> =
  | { readonly ok: true; readonly stored: Value }
  | { readonly ok: false; readonly reason: string };
export type DecodedEntry = Decoded<StoredIntegration>;

/**
 * Reads a document of bucket `integrations`. Written by a newer release it may follow a schema unknown here: that is an
 * answer, not a failure. A value that names another address than its key is refused, because whoever may write one key
 * must not thereby speak for another scope.
 */
export function decodeEntry(address: EntryAddress, value: Uint8Array): DecodedEntry {
  return decode(
    StoredIntegration,
    value,
    ({ scope, document }) =>
      scope === address.scope && document.id === address.integration && document.version === address.version,
    'the value names another scope, integration or version than its key',
  );
}

/** The same for what a scope says of an integration. */
export function decodeChoice(address: ChoiceAddress, value: Uint8Array): Decoded<StoredChoice> {
  return decode(
    StoredChoice,
    value,
    ({ scope, integration }) => scope === address.scope && integration === address.integration,
    'the value names another scope or integration than its key',
  );
}

/** The same for a toolset. */
export function decodeToolset(address: ToolsetAddress, value: Uint8Array): Decoded<StoredToolset> {
  return decode(
    StoredToolset,
    value,
    ({ scope, name }) => scope === address.scope && name === address.name,
    'the value names another scope or toolset than its key',
  );
}

type Schema<Value> = {
  safeParse(
    input: unknown,
  ):
    | { readonly success: true; readonly data: Value }
    | { readonly success: false; readonly error: Parameters<typeof issuesOf>[0] };
};

function decode<Value>(
  schema: Schema<Value>,
  value: Uint8Array,
  belongs: (stored: Value) => boolean,
  stranger: string,
): Decoded<Value> {
  let content: unknown;
  try {
    content = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(value));
  } catch {
    return { ok: false, reason: 'the value is not JSON' };
  }
  const parsed = schema.safeParse(content);
  if (!parsed.success) {
    const first = issuesOf(parsed.error)[0];
    return {
      ok: false,
      reason: `the value does not follow the schema this release knows: ${first?.path}: ${first?.message}`,
    };
  }
  return belongs(parsed.data) ? { ok: true, stored: parsed.data } : { ok: false, reason: stranger };
}
