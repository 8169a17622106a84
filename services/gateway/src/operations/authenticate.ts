import type { StoredApiKey } from '@patchbay/contracts';
import { isUsable, type Principal, parseApiKey, principalOfKey, secretMatches } from '@patchbay/identity';
import type { IdentityStore } from './ports.ts';

export interface AuthenticatePorts {
  readonly store: Pick<IdentityStore, 'findKey' | 'findTenant'>;
  /** Secret. */
  readonly pepper: Uint8Array;
  readonly now: () => number;
  /** Told of each use, to be remembered now and then. */
  readonly onUsed: (key: StoredApiKey) => void;
}

/** Stands in for what is no key at all, so that its answer takes as long. */
const nobody = { id: '', secret: 'x'.repeat(43) };

/**
 * Whoever the key belongs to, or null: unknown, expired, revoked, of a suspended tenant, or wrong. Which of them is not said,
 * and takes the same time. Nothing is asked of anyone: the copy at hand knows.
 */
export function createAuthenticate({ store, pepper, now, onUsed }: AuthenticatePorts) {
  return (token: string): Principal | null => {
    const parsed = parseApiKey(token) ?? nobody;
    const key = store.findKey(parsed.id);
    if (!secretMatches(pepper, parsed.secret, key?.hash ?? null) || key === null) return null;
    if (!isTaken(store, key, now())) return null;
    onUsed(key);
    return principalOfKey(key);
  };
}

/** Whether a key that proved itself is taken at this moment. */
export function isTaken(store: Pick<IdentityStore, 'findTenant'>, key: StoredApiKey, nowMs: number): boolean {
  return isUsable(key, nowMs) && (store.findTenant(key.tenant)?.suspended_at ?? null) === null;
}
