import type { IncomingHttpHeaders } from 'node:http';
import { liveBearerPrefix, PatchbayError, platformScope } from '@patchbay/contracts';
import { actingTenant, nameOf, type Principal } from '@patchbay/identity';
import type { FastifyRequest } from 'fastify';
import type { RateVerdict } from '../domain/rate-limit.ts';
import { bearerOf } from '../http/admit.ts';
import type { Authenticate } from '../operations/authenticate.ts';
import type { OnRefused } from '../operations/observe-access.ts';
import type { LiveSockets } from './live-sockets.ts';

/** Who is at a socket, and for which tenant. */
export interface LiveAccess {
  readonly principal: Principal;
  readonly tenant: string;
}

export interface SocketDoor {
  readonly authenticate: Authenticate;
  /** Told of those who are known and may not. */
  readonly onRefused?: OnRefused;
  readonly takeRate: (principal: Principal) => RateVerdict;
  /** Origins whose pages may come, beside our own. */
  readonly corsOrigins: readonly string[];
}

/** The key that came with an upgrade: by header, or as a subprotocol from a page, which cannot set headers. */
function tokenOf(headers: IncomingHttpHeaders): string | null {
  const offered = (headers['sec-websocket-protocol'] ?? '').split(',').map((one) => one.trim());
  const bearer = offered.find((one) => one.startsWith(liveBearerPrefix))?.slice(liveBearerPrefix.length);
  return headers.authorization === undefined ? bearerOf(bearer && `Bearer ${bearer}`) : bearerOf(headers.authorization);
}

/**
 * A page of another origin gets no socket: browsers ask nobody before they open one. What is no browser sends no origin.
 * @throws PatchbayError `not_permitted`.
 */
function checkOrigin({ origin, host }: IncomingHttpHeaders, corsOrigins: readonly string[]): void {
  if (origin === undefined || corsOrigins.includes(origin)) return;
  if (host !== undefined && URL.canParse(origin) && new URL(origin).host === host) return;
  throw new PatchbayError('not_permitted', { message: 'Pages of this origin may not come in.' });
}

/** @throws PatchbayError `not_authenticated`, `rate_limited`, `not_permitted`, `invalid_request`. */
export async function enterSocket(
  door: SocketDoor,
  as: 'live' | 'graphql',
  token: string | null,
  named: string | null,
): Promise<LiveAccess> {
  const principal = token === null ? null : await door.authenticate(token, as);
  if (principal === null) throw new PatchbayError('not_authenticated', { message: 'Send a key that is in use.' });
  const verdict = door.takeRate(principal);
  if (!verdict.allowed)
    throw new PatchbayError('rate_limited', {
      message: 'This key asks more than it may.',
      retryAfterMs: Math.ceil(verdict.retryAfterMs),
    });
  try {
    return { principal, tenant: actingTenant(principal, named) ?? platformScope };
  } catch (error) {
    door.onRefused?.({ principal, tenant: null, operation: as, error });
    throw error;
  }
}

/**
 * Whom an upgrade brings, before there is a socket: null for who says it in the first message. @throws PatchbayError as
 * `checkOrigin` and `enterSocket` do, and `rate_limited` where there is no room for another socket.
 */
export async function admitUpgrade(
  door: SocketDoor & { readonly sockets: Pick<LiveSockets, 'hasRoom'> },
  as: 'live' | 'graphql',
  request: FastifyRequest,
): Promise<LiveAccess | null> {
  checkOrigin(request.headers, door.corsOrigins);
  const token = tokenOf(request.headers);
  const access = token === null ? null : await enterSocket(door, as, token, tenantNamed(request));
  if (!door.sockets.hasRoom(access === null ? null : nameOf(access.principal)))
    throw new PatchbayError('rate_limited', { message: 'Too many sockets are open.', retryAfterMs: 5_000 });
  return access;
}

/** The tenant that a key of the platform names at an upgrade; a page cannot set a header there. */
export function tenantNamed({ headers, query }: Pick<FastifyRequest, 'headers' | 'query'>): string | null {
  const named = headers['patchbay-tenant'] ?? (query as { tenant?: unknown }).tenant;
  return typeof named === 'string' ? named : null;
}
