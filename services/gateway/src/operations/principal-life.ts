import { type NatsPrincipal as Came, endOfKey, isSignedOut, isUsable } from '@patchbay/identity';
import type { IdentityStore } from './ports.ts';

type Known = Pick<IdentityStore, 'findKey' | 'findTenant' | 'findIssuer'>;

/** Whether what a principal came in by is taken at this moment. */
export function isTaken(store: Known, principal: Came, nowMs: number): boolean {
  return nowMs < endOf(store, principal, nowMs);
}

/**
 * When what a principal came in by ends, in Unix milliseconds, as far as the copy at hand knows: 0 where it has, infinity
 * where it does not. A token ends with its issuer's settings too: who changes them means everybody to come in anew.
 */
export function endOf(store: Known, { kind, tenant, id, token }: Came, nowMs: number): number {
  if ((store.findTenant(tenant)?.suspended_at ?? null) !== null) return 0;
  if (kind === 'key') {
    const key = store.findKey(id);
    return key !== null && isUsable(key, nowMs) ? endOfKey(key) : 0;
  }
  const issuer = store.findIssuer(tenant);
  if (issuer === null || token === undefined || issuer.changed_at !== token.trustedSince) return 0;
  return isSignedOut(issuer, { subject: id, ...token }) ? 0 : token.expiresAtMs;
}
