import {
  AuditEvent,
  AuditQuery,
  routes as contracts,
  everyTenant,
  idSchema,
  PatchbayError,
  platformScope,
  VerifyAudit,
  VerifyAuditResult,
} from '@patchbay/contracts';
import { z } from 'zod';
import type { GatewayPorts } from './gateway-ports.ts';
import { type AnyRoute, route } from './http-route.ts';
import { pageOf } from './page.ts';

const named = z.object({ event: idSchema('auditEvent') });
const filters = AuditQuery.omit({ tenant: true, limit: true, cursor: true, event_id: true });
/** Whose log: with a key of the platform that names no tenant, what concerns every one. */
export const logOf = (tenant: string) => (tenant === platformScope ? everyTenant : tenant);

/** The audit log: who did what. Looking at it is recorded in it. */
export function auditRoutes({ ask }: GatewayPorts): AnyRoute[] {
  const about = {
    tag: 'audit',
    of: 'any',
    scope: 'audit:read',
    audited: { kind: 'audit_log', target: ({ tenant }: { readonly tenant: string }) => tenant },
  } as const;
  return [
    route({
      ...about,
      method: 'GET',
      path: '/v1/audit/events',
      operationId: 'listAuditEvents',
      summary: 'Who did what, newest first',
      query: filters.extend({ limit: AuditQuery.shape.limit, cursor: AuditQuery.shape.cursor }),
      response: pageOf(AuditEvent),
      async handler({ tenant, query, traceparent }) {
        const asked = { ...query, tenant: logOf(tenant) };
        const { events, next_cursor } = await ask(contracts.queryAudit, {}, asked, { traceparent });
        return { items: events, next_cursor };
      },
    }),
    route({
      ...about,
      method: 'GET',
      path: '/v1/audit/events/{event}',
      operationId: 'getAuditEvent',
      summary: 'Look at one event',
      params: named,
      response: AuditEvent,
      async handler({ tenant, params, traceparent }) {
        const asked = { tenant: logOf(tenant), event_id: params.event };
        const { events } = await ask(contracts.queryAudit, {}, asked, { traceparent });
        const [event] = events;
        if (event === undefined)
          throw new PatchbayError('not_found', { message: `There is no event ${params.event}, or not yet.` });
        return event;
      },
    }),
    route({
      ...about,
      method: 'POST',
      path: '/v1/audit/verify',
      operationId: 'verifyAudit',
      summary: 'Hold the log against what producers wrote and signed',
      description:
        'Checks each message of the stream by its producer’s MAC and compares the store with it, so many messages at a time; `next` goes on as `after`. Beside it each record of the log is hashed again, and the tree over them held against the signed checkpoints: `log.next` goes on as `log_from`.',
      scope: 'audit:export',
      body: VerifyAudit.omit({ tenant: true }),
      response: VerifyAuditResult,
      handler: ({ tenant, body, traceparent }) =>
        ask(contracts.verifyAudit, {}, { ...body, tenant: logOf(tenant) }, { traceparent }),
    }),
  ];
}
