import type { StoredApiKey } from '@patchbay/contracts';
import { type Principal, parseApiKey, principalOfKey, secretMatches } from '@patchbay/identity';
import type { IdentityStore } from './ports.ts';
import { isTaken } from './principal-life.ts';

/** Whoever a key or a token belongs to, or null. */
export type Authenticate = (token: string) => Principal | null | Promise<Principal | null>;

export interface AuthenticatePorts {
  readonly store: Pick<IdentityStore, 'findKey' | 'findTenant' | 'findIssuer'>;
  /** Secret. */
  readonly pepper: Uint8Array;
  readonly now: () => number;
  /** Told of each use, to be remembered now and then. */
  readonly onUsed: (key: StoredApiKey) => void;
  /** Takes what is a JSON Web Token. */
  readonly authenticateToken: (token: string) => Promise<Principal | null>;
}

/** Stands in for what is no key at all, so that its answer takes as long. */
const nobody = { id: '', secret: 'x'.repeat(43) };
/** Three parts in base64url, of which no API key is made. */
const jwtForm = /^[\w-]+\.[\w-]+\.[\w-]+$/;

/**
 * Whoever the key belongs to, or null: unknown, expired, revoked, of a suspended tenant, or wrong. Which of them is not said,
 * and takes the same time. Of keys nothing is asked of anyone: the copy at hand knows.
 */
export function createAuthenticate({ store, pepper, now, onUsed, authenticateToken }: AuthenticatePorts): Authenticate {
  return (token) => {
    if (jwtForm.test(token)) return authenticateToken(token);
    const parsed = parseApiKey(token) ?? nobody;
    const key = store.findKey(parsed.id);
    if (!secretMatches(pepper, parsed.secret, key?.hash ?? null) || key === null) return null;
    const principal = principalOfKey(key);
    if (!isTaken(store, principal, now())) return null;
    onUsed(key);
    return principal;
  };
}
