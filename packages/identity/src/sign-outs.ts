import type { SignOut, TrustedIssuer } from '@patchbay/contracts';

/** What tells one token from others of its issuer. */
export interface SignedInToken {
  readonly subject: string;
  readonly jti: string | null;
  readonly issuedAtMs: number;
}

/** Whether a token was signed out: by its id, or with all that were issued to its subject, or to anyone, until then. */
export function isSignedOut({ signed_out }: Pick<TrustedIssuer, 'signed_out'>, token: SignedInToken): boolean {
  return signed_out.some((one) =>
    one.jti !== null
      ? one.jti === token.jti
      : // A token says its time in whole seconds: one of the same second counts as earlier.
        token.issuedAtMs <= Date.parse(one.at) && (one.subject === null || one.subject === token.subject),
  );
}

/** Those that some token may still fall under. */
export function livingSignOuts(signedOut: readonly SignOut[], nowMs: number): SignOut[] {
  return signedOut.filter(({ until }) => Date.parse(until) > nowMs);
}
