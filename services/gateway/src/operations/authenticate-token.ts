import { ExecutionContext, Role, type TrustedIssuer } from '@patchbay/contracts';
import { type Principal, scopesOf } from '@patchbay/identity';
import { decodeJwt, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import type { DoorName } from './access-tally.ts';
import type { IdentityStore } from './ports.ts';
import { isTaken } from './principal-life.ts';

export interface TokenPorts {
  readonly store: Pick<IdentityStore, 'findKey' | 'findTenant' | 'findIssuer' | 'issuersNamed'>;
  readonly keyOf: (issuer: TrustedIssuer) => JWTVerifyGetKey;
  readonly now: () => number;
  /** Told why a token was refused, without the token. */
  readonly onRefused: (facts: {
    readonly tenant: string | null;
    readonly reason: string;
    /** A word for the reason, that no caller chose. */
    readonly code: string;
    readonly door: DoorName;
  }) => void;
}

/** Seconds by which an issuer's clock may differ from ours. */
const clockToleranceS = 10;
/** What a token may say that it is: RFC 9068 access tokens, and those that say only that they are one. */
const kinds = new Set(['jwt', 'at+jwt', 'application/jwt', 'application/at+jwt']);
const subjectForm = /^[\x21-\x7e]{1,200}$/;

/**
 * Whoever a token of a trusted issuer was given to, or null. The tenant is the one that trusts the issuer for the token's
 * audience, and never something that the token says. Nobody comes in when the issuer's keys cannot be had.
 */
export function createAuthenticateToken({ store, keyOf, now, onRefused }: TokenPorts) {
  return async (token: string, door: DoorName): Promise<Principal | null> => {
    let tenant: string | null = null;
    try {
      const issuer = issuerOf(store, token);
      tenant = issuer.tenant;
      const { payload, protectedHeader } = await jwtVerify(token, keyOf(issuer), {
        issuer: issuer.issuer,
        audience: issuer.audience,
        algorithms: issuer.algorithms,
        requiredClaims: ['exp', 'iat', 'sub'],
        maxTokenAge: issuer.max_age_s,
        clockTolerance: clockToleranceS,
        currentDate: new Date(now()),
      });
      if (protectedHeader.typ !== undefined && !kinds.has(protectedHeader.typ.toLowerCase()))
        throw new Error('the token is of another kind');
      const principal = principalOf(issuer, payload);
      if (!isTaken(store, principal, now())) throw new Error('signed out, ended, or the tenant is suspended');
      return principal;
    } catch (error) {
      onRefused({ tenant, reason: error instanceof Error ? error.message : String(error), code: codeOf(error), door });
      return null;
    }
  };
}

/** That of the library, such as `jwt_expired`, else that the token was refused by us. */
function codeOf(error: unknown): string {
  return error instanceof errors.JOSEError ? error.code.replace(/^ERR_/, '').toLowerCase() : 'token_refused';
}

/** @throws Error when no tenant trusts it, or, which cannot last, two do. */
function issuerOf(store: TokenPorts['store'], token: string): TrustedIssuer {
  const { iss, aud } = decodeJwt(token);
  const audiences: readonly unknown[] = Array.isArray(aud) ? aud : [aud];
  const trusting = (typeof iss === 'string' ? store.issuersNamed(iss) : []).filter(({ audience }) =>
    audiences.includes(audience),
  );
  const [issuer, other] = trusting;
  if (issuer === undefined || other !== undefined) throw new Error('no tenant trusts this issuer and audience');
  return issuer;
}

/** @throws Error for claims that make nobody. */
function principalOf(issuer: TrustedIssuer, payload: JWTPayload): Principal {
  const { sub = '', jti, iat = 0, exp = 0 } = payload;
  if (!subjectForm.test(sub)) throw new Error('the subject is not as subjects are');
  // Whoever shows such a token has to prove that they hold its key, which nothing here asks for.
  if (payload.cnf !== undefined) throw new Error('the token is bound to a key');
  const role = roleOf(issuer, payload);
  const named = ExecutionContext.parse({
    agent: textOf(payload, issuer.agent_claim),
    session: textOf(payload, issuer.session_claim),
  });
  return {
    kind: 'jwt',
    id: sub,
    tenant: issuer.tenant,
    role,
    scopes: new Set(scopesOf(role, issuer.tenant)),
    agent: named.agent ?? null,
    session: named.session ?? null,
    token: {
      jti: typeof jti === 'string' ? jti : null,
      issuedAtMs: iat * 1_000,
      // Not with the tolerance: what is open ends when the token says so, or is too old.
      expiresAtMs: Math.min(exp, iat + issuer.max_age_s) * 1_000,
      trustedSince: issuer.changed_at,
    },
  };
}

/** The first of the roles, in the order of the contract, that the claim's values mean. */
function roleOf({ role_claim, roles }: TrustedIssuer, payload: JWTPayload): Role {
  const claim = claimOf(payload, role_claim);
  const values: readonly unknown[] = Array.isArray(claim) ? claim : [claim];
  const meant = values.flatMap((value) =>
    typeof value === 'string' && Object.hasOwn(roles, value) ? [roles[value]] : [],
  );
  const role = Role.options.find((one) => meant.includes(one));
  if (role === undefined) throw new Error('no value of the role claim means a role');
  return role;
}

function textOf(payload: JWTPayload, name: string | null): string | undefined {
  if (name === null) return undefined;
  const value = claimOf(payload, name);
  if (value === undefined || typeof value === 'string') return value;
  throw new Error(`claim ${name} is no text`);
}

/** The claim of that name, or what its dots lead to. */
function claimOf(payload: JWTPayload, name: string): unknown {
  if (Object.hasOwn(payload, name)) return payload[name];
  return name
    .split('.')
    .reduce<unknown>(
      (at, key) =>
        typeof at === 'object' && at !== null && Object.hasOwn(at, key) ? (at as JWTPayload)[key] : undefined,
      payload,
    );
}
