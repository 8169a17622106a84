import { type AccessScope, type ApiKey, PatchbayError, platformScope, type Role, TenantId } from '@patchbay/contracts';
import { scopesOf } from './roles.ts';

/** What a token said of itself, of which it depends how long it is taken. */
export interface TokenFacts {
  readonly jti: string | null;
  readonly issuedAtMs: number;
  readonly expiresAtMs: number;
  /** Which settings of its issuer it was taken under: when they were last changed. */
  readonly trustedSince: string;
}

/** Who asks. Each request that comes in has one. */
export interface Principal {
  /** `key`: an API key. `jwt`: a person, by a token of the tenant's own issuer. */
  readonly kind: 'key' | 'jwt';
  /** The key's id, or the token's subject. */
  readonly id: string;
  /** `_platform` for operators of all tenants. */
  readonly tenant: string;
  readonly role: Role;
  readonly scopes: ReadonlySet<AccessScope>;
  /** What calls are recorded as made by; null: what the caller says. */
  readonly agent: string | null;
  /** The conversation that it is bound to; null: none. */
  readonly session: string | null;
  /** Of kind `jwt`. */
  readonly token?: TokenFacts;
}

/** Names a principal among those of all tenants: subjects of two issuers may be the same. */
export function nameOf({ kind, tenant, id }: Pick<Principal, 'kind' | 'tenant' | 'id'>): string {
  return kind === 'key' ? id : `${tenant}/${id}`;
}

/** A principal as the audit log has it. */
export function actorOf({ kind, id }: Pick<Principal, 'kind' | 'id'>): { kind: 'key' | 'user'; id: string } {
  return { kind: kind === 'key' ? 'key' : 'user', id };
}

/** A key's scopes count only as far as its role still has them: taking one from a role takes it from every key. */
export function principalOfKey({ id, tenant, role, scopes, agent }: ApiKey): Principal {
  const allowed = scopesOf(role, tenant);
  return {
    kind: 'key',
    id,
    tenant,
    role,
    scopes: new Set(scopes.filter((scope) => allowed.includes(scope))),
    agent,
    session: null,
  };
}

export function holds({ scopes }: Principal, scope: AccessScope): boolean {
  return scopes.has(scope);
}

/**
 * The tenant that a request acts for: the principal's own, or for the platform the one it names; null when it names none.
 * @throws PatchbayError `not_permitted` when anyone else names another than its own, `invalid_request` for no tenant's name.
 */
export function actingTenant(principal: Pick<Principal, 'tenant'>, named: string | null): string | null {
  if (principal.tenant !== platformScope) {
    if (named === null || named === principal.tenant) return principal.tenant;
    throw new PatchbayError('not_permitted', { message: 'This key is of another tenant.' });
  }
  if (named === null) return null;
  const parsed = TenantId.safeParse(named);
  if (parsed.success) return parsed.data;
  throw new PatchbayError('invalid_request', {
    message: 'The tenant is not named as tenants are.',
    details: { issues: [{ path: 'patchbay-tenant', message: parsed.error.issues[0]?.message ?? 'no tenant id' }] },
  });
}
