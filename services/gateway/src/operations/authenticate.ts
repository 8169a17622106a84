import type { StoredApiKey } from '@patchbay/contracts';
import { type Principal, parseApiKey, principalOfKey, secretMatches } from '@patchbay/identity';
import type { AccessTally, DoorName } from './access-tally.ts';
import type { IdentityStore } from './ports.ts';
import { isTaken } from './principal-life.ts';

/** Whoever a key or a token belongs to, or null. */
export type Authenticate = (token: string, door: DoorName) => Principal | null | Promise<Principal | null>;

export interface AuthenticatePorts {
  readonly store: Pick<IdentityStore, 'findKey' | 'findTenant' | 'findIssuer'>;
  /** Secret. */
  readonly pepper: Uint8Array;
  readonly now: () => number;
  /** Told of each use, to be remembered now and then. */
  readonly onUsed: (key: StoredApiKey) => void;
  /** Takes what is a JSON Web Token, and tells itself of those that it refuses. */
  readonly authenticateToken: (token: string, door: DoorName) => Promise<Principal | null>;
  readonly tally: Pick<AccessTally, 'signedIn' | 'signInRefused'>;
}

/** Stands in for what is no key at all, so that its answer takes as long. */
const nobody = { id: '', secret: 'x'.repeat(43) };
/** Three parts in base64url, of which no API key is made. */
const jwtForm = /^[\w-]+\.[\w-]+\.[\w-]+$/;

/**
 * Whoever the key belongs to, or null: unknown, expired, revoked, of a suspended tenant, or wrong. Which of them is not said,
 * and takes the same time. Of keys nothing is asked of anyone: the copy at hand knows.
 */
export function createAuthenticate(ports: AuthenticatePorts): Authenticate {
  const { store, pepper, now, onUsed, tally } = ports;
  return (token, door) => {
    if (jwtForm.test(token)) return ofToken(ports, token, door);
    const parsed = parseApiKey(token);
    const { id, secret } = parsed ?? nobody;
    const key = store.findKey(id);
    const isSecret = secretMatches(pepper, secret, key?.hash ?? null);
    const principal = key !== null && isSecret ? principalOfKey(key) : null;
    if (key !== null && principal !== null && isTaken(store, principal, now())) {
      onUsed(key);
      tally.signedIn(principal, door);
      return principal;
    }
    const reason = parsed === null ? 'no_key' : key === null ? 'unknown_key' : isSecret ? 'key_ended' : 'wrong_secret';
    tally.signInRefused({ door, tenant: key?.tenant ?? null, key: key?.id ?? null, reason });
    return null;
  };
}

async function ofToken({ authenticateToken, tally }: AuthenticatePorts, token: string, door: DoorName) {
  const principal = await authenticateToken(token, door);
  if (principal !== null) tally.signedIn(principal, door);
  return principal;
}
