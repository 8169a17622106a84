import type { Principal } from '@patchbay/identity';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { AnyRoute } from './http-route.ts';

/** Who came in, and what is known of the request. */
export interface Admitted {
  readonly principal: Principal;
  /** Whom the request acts for. */
  readonly tenant: string;
  readonly requestId: string;
  /** W3C traceparent of this request's span. */
  readonly traceparent: string;
}

/** What every door asks of: the same keys, scopes and limits as the routes of the table. */
export interface Entrance {
  /** @throws PatchbayError `not_authenticated`, `rate_limited`, `not_permitted`, `invalid_request`. */
  admit(
    request: FastifyRequest,
    reply: FastifyReply,
    place: Pick<AnyRoute, 'scope' | 'of' | 'only' | 'door'>,
  ): Promise<Admitted>;
}

/** A way in that is no route of the table, such as MCP: it adds its own routes, and lets in whom the entrance admits. */
export type Door = (app: FastifyInstance, entrance: Entrance) => unknown;
