import { createHash } from 'node:crypto';
import type { Principal, TokenFacts } from './principal.ts';

/** What decides how long a principal's connection to NATS lasts. */
export type NatsPrincipal = Pick<Principal, 'kind' | 'id' | 'tenant'> & { readonly token?: TokenFacts };

/**
 * What the server calls the user of a principal's connection: a key's id, or what is needed of a token to look again. It holds
 * no secret; whoever looks after the servers sees it.
 */
export function natsUserOf({ kind, tenant, id, token }: NatsPrincipal): string {
  if (kind === 'key' || token === undefined) return id;
  const { jti, issuedAtMs, expiresAtMs, trustedSince } = token;
  const facts = [tenant, id, jti, issuedAtMs, expiresAtMs, trustedSince];
  return `jwt.${Buffer.from(JSON.stringify(facts)).toString('base64url')}`;
}

/** The principal of a user, or null for one of the server's own users. `tenantOfKey`: null for no such key. */
export function principalOfNatsUser(user: string, tenantOfKey: (id: string) => string | null): NatsPrincipal | null {
  if (user.startsWith('key_')) return { kind: 'key', id: user, tenant: tenantOfKey(user) ?? '' };
  if (!user.startsWith('jwt.')) return null;
  const [tenant, id, jti, issuedAtMs, expiresAtMs, trustedSince] = JSON.parse(
    Buffer.from(user.slice(4), 'base64url').toString(),
  ) as [string, string, string | null, number, number, string];
  return { kind: 'jwt', id, tenant, token: { jti, issuedAtMs, expiresAtMs, trustedSince } };
}

/** The last part of the principal's inbox prefix on NATS: a key's id, or `jwt_` and a digest of the token's subject. */
export function natsInboxNameOf({ kind, id }: Pick<Principal, 'kind' | 'id'>): string {
  return kind === 'key' ? id : `jwt_${createHash('sha256').update(id).digest('base64url')}`;
}
