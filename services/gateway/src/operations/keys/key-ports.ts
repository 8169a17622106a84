import { type AccessScope, ApiKey, newId, PatchbayError, type StoredApiKey } from '@patchbay/contracts';
import type { AuditPorts } from '../audited-change.ts';
import type { Actor, IdentityStore } from '../ports.ts';

export interface KeyPorts extends AuditPorts {
  readonly store: IdentityStore;
  /** What is stored of a new secret. */
  readonly makeSecret: () => { readonly secret: string; readonly hash: string };
  readonly now: () => number;
}

/** Who asks for a change of keys, and what they hold: a key can hand on no more. Null: the operator over NATS, everything. */
export interface KeyCaller {
  readonly actor: Actor;
  readonly scopes: ReadonlySet<AccessScope> | null;
  readonly traceId: string | null;
}

/** A key that was just made, and its text, which nobody is told again. */
export interface MadeKey {
  readonly key: ApiKey;
  /** Secret. */
  readonly text: string;
}

/** What others see of a stored key. */
export const viewOf = (stored: StoredApiKey): ApiKey => ApiKey.parse(stored);

export const keyNotFound = (id: string): PatchbayError =>
  new PatchbayError('not_found', { message: `There is no key ${id}.` });

/** @throws PatchbayError `not_permitted`, naming what the caller does not hold. */
export function refuseMoreThanHeld(scopes: readonly AccessScope[], { scopes: held }: KeyCaller): void {
  const beyond = held === null ? [] : scopes.filter((scope) => !held.has(scope));
  if (beyond.length === 0) return;
  throw new PatchbayError('not_permitted', {
    message: 'A key can be given no scope that its maker does not hold.',
    details: { scopes: beyond },
  });
}

/** Stores a key under an id that none has. */
export async function storeNew(
  { store, makeSecret, now }: Pick<KeyPorts, 'store' | 'makeSecret' | 'now'>,
  about: Omit<StoredApiKey, 'id' | 'hash' | 'hint' | 'created_at' | 'revoked_at' | 'last_used_at'>,
): Promise<{ readonly stored: StoredApiKey; readonly secret: string }> {
  const { secret, hash } = makeSecret();
  const stored: StoredApiKey = {
    ...about,
    id: newId('apiKey', now()),
    hash,
    hint: secret.slice(0, 4),
    created_at: new Date(now()).toISOString(),
    revoked_at: null,
    last_used_at: null,
  };
  if (!(await store.createKey(stored))) throw new PatchbayError('internal', { message: 'An id was given twice.' });
  return { stored, secret };
}

/** Times that a change is tried again when another was first. */
const tries = 5;

/**
 * Changes a stored key of the tenant; `change` gives null where there is nothing to change.
 * @throws PatchbayError `not_found`, or `overloaded` when others were first again and again.
 */
export async function changeKey(
  store: IdentityStore,
  tenant: string,
  id: string,
  change: (row: StoredApiKey) => StoredApiKey | null,
): Promise<StoredApiKey> {
  for (let time = 0; time < tries; time++) {
    const read = await store.readKey(id);
    if (read === null || read.row.tenant !== tenant) throw keyNotFound(id);
    const changed = change(read.row);
    if (changed === null) return read.row;
    if (await store.updateKey(changed, read.revision)) return changed;
  }
  throw new PatchbayError('overloaded', { message: 'The key is being changed by others.' });
}
