import { PatchbayError, platformScope } from '@patchbay/contracts';
import { actingTenant, holds, type Principal } from '@patchbay/identity';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { GatewayServerOptions, Hand } from './gateway-server.ts';
import type { AnyRoute } from './http-route.ts';

type Admission = Pick<GatewayServerOptions, 'authenticate' | 'takeRate' | 'rateTerms'>;
/** What a way in says of itself. */
export type Place = Pick<AnyRoute, 'scope' | 'of' | 'only' | 'keyHeader' | 'door'>;

/**
 * Whether a request may come in: whose key it is, whether that one has asked too much, whether it holds the route's scope, and
 * for which tenant it acts. In this order, so that nobody learns of a tenant or a scope without a key.
 * @throws PatchbayError `not_authenticated`, `rate_limited`, `not_permitted`, `invalid_request`.
 */
export async function admit(
  request: FastifyRequest,
  reply: FastifyReply,
  hand: Hand,
  route: Place,
  door: Admission,
): Promise<{ readonly principal: Principal; readonly tenant: string }> {
  const { authorization } = request.headers;
  const alone = route.keyHeader === undefined ? undefined : request.headers[route.keyHeader];
  const token = bearerOf(authorization ?? (typeof alone === 'string' ? `Bearer ${alone}` : undefined));
  const known = token === null ? null : door.authenticate(token, route.door ?? 'http');
  // A key is known at once, and then nothing is waited for.
  const principal = known instanceof Promise ? await known : known;
  if (principal === null) throw new PatchbayError('not_authenticated', { message: 'Send a key that is in use.' });
  hand.principal = principal;

  const { requestsPerMinute, burst } = door.rateTerms;
  const verdict = door.takeRate(principal);
  const windowS = Math.max(1, Math.ceil((burst * 60) / requestsPerMinute));
  reply.headers({
    'ratelimit-policy': `"key";q=${burst};w=${windowS}`,
    ratelimit: `"key";r=${verdict.remaining};t=${Math.ceil(((burst - verdict.remaining) * 60) / requestsPerMinute)}`,
  });
  if (!verdict.allowed)
    throw new PatchbayError('rate_limited', {
      message: 'This key asks more than it may.',
      retryAfterMs: Math.ceil(verdict.retryAfterMs),
    });

  if (route.scope !== null && !holds(principal, route.scope))
    throw new PatchbayError('not_permitted', {
      message: `The key does not hold scope ${route.scope}.`,
      details: { scope: route.scope },
    });

  if (route.only === 'platform' && principal.tenant !== platformScope)
    throw new PatchbayError('not_permitted', { message: 'It is open to keys of the platform alone.' });

  const named = request.headers['patchbay-tenant'];
  const tenant = actingTenant(principal, typeof named === 'string' ? named : null);
  if (tenant === null && route.of === 'tenant')
    throw new PatchbayError('invalid_request', {
      message: 'Name the tenant to act for.',
      details: { issues: [{ path: 'Patchbay-Tenant', message: 'required with a key of the platform' }] },
    });
  const acts = tenant ?? platformScope;
  hand.tenant = acts;
  return { principal, tenant: acts };
}

/** The key or token of a header `Authorization`, or null. */
export function bearerOf(header: string | undefined): string | null {
  return /^Bearer ([\x21-\x7e]{1,8192})$/i.exec(header ?? '')?.[1] ?? null;
}
