import { maxSignOuts, PatchbayError, type SignOutTarget, type TrustedIssuer } from '@patchbay/contracts';
import { livingSignOuts } from '@patchbay/identity';
import { auditedChange } from '../audited-change.ts';
import type { KeyCaller } from '../keys/key-ports.ts';
import { changedByOthers, type IssuerPorts, issuerNotFound } from './issuer-ports.ts';

/**
 * Takes a token no more, or all that a subject has, or all that anyone has; who signs in anew comes in again. What is open
 * under them ends.
 * @throws PatchbayError `not_found` for no issuer, `invalid_request` when too many are signed out already: then everybody can be.
 */
export function signOut(ports: IssuerPorts) {
  return async (
    { tenant, target }: { readonly tenant: string; readonly target: SignOutTarget },
    caller: KeyCaller,
  ): Promise<TrustedIssuer> => {
    const { jti, subject } = { jti: target.jti ?? null, subject: target.subject ?? null };
    const read = await ports.store.readIssuer(tenant);
    if (read === null) throw issuerNotFound(tenant);
    const now = ports.now();
    const everybody = jti === null && subject === null;
    // Whoever is signed out with everybody need not be named any more; single tokens may be newer than that.
    const kept = livingSignOuts(read.row.signed_out, now).filter((one) => !everybody || one.jti !== null);
    if (kept.length >= maxSignOuts)
      throw new PatchbayError('invalid_request', {
        message: `At most ${maxSignOuts} are signed out one by one; sign everybody out, or wait until their tokens have ended.`,
      });
    const one = {
      jti,
      subject,
      at: new Date(now).toISOString(),
      until: new Date(now + (read.row.max_age_s + 60) * 1_000).toISOString(),
    };
    const row = { ...read.row, signed_out: [...kept, one] };
    const change = { tenant, act: 'signed_out' as const, target: { kind: 'issuer', id: tenant }, ...caller };
    await auditedChange(
      ports,
      change,
      async () => {
        if (!(await ports.store.updateIssuer(row, read.revision))) throw changedByOthers();
      },
      () => ({ ...(jti !== null && { jti }), ...(subject !== null && { subject }), everybody }),
    );
    return row;
  };
}
