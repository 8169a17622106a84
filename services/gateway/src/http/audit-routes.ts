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
import { exportAudit, exportFormats, maxExported } from '../operations/export-audit.ts';
import type { GatewayPorts } from './gateway-ports.ts';
import { type AnyRoute, route, StreamedAnswer } from './http-route.ts';
import { pageOf } from './page.ts';

const named = z.object({ event: idSchema('auditEvent') });
const filters = AuditQuery.omit({ tenant: true, limit: true, cursor: true, event_id: true });
/** Whose log: with a key of the platform that names no tenant, what concerns every one. */
export const logOf = (tenant: string) => (tenant === platformScope ? everyTenant : tenant);

/** The audit log: who did what. Looking at it is recorded in it. */
export function auditRoutes({ ask, sessions }: GatewayPorts): AnyRoute[] {
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
      method: 'GET',
      path: '/v1/audit/export',
      operationId: 'exportAudit',
      summary: 'Events as NDJSON, newest first: CloudEvents, or bodies as OCSF 1.8.0 has them',
      description:
        'The last line is no event: `{"end":true,"events":…,"next_cursor":…}`. Without it the export is not whole. `next_cursor` goes on where `limit` ended it.',
      scope: 'audit:export',
      query: filters.extend({
        format: z.enum(exportFormats).default('cloudevents'),
        limit: z.int().min(1).max(maxExported).default(10_000),
        cursor: AuditQuery.shape.cursor,
      }),
      response: z.string(),
      media: 'application/x-ndjson; charset=utf-8',
      async handler({ tenant, principal, query, traceparent }) {
        const left = new AbortController();
        const readPage = (page: { limit: number; cursor?: string }, filter: object) =>
          ask(contracts.queryAudit, {}, { ...filter, ...page, tenant: logOf(tenant) }, { traceparent });
        const lines = exportAudit({ readPage, sessions, left: left.signal }, { principal, ...query });
        // A filter that cannot be used is said before anything is sent.
        const first = await lines.next();
        return new StreamedAnswer(
          startingWith(first, lines),
          () => left.abort(),
          'application/x-ndjson; charset=utf-8',
        );
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

async function* startingWith(first: IteratorResult<string>, rest: AsyncIterable<string>): AsyncGenerator<string> {
  if (first.done !== true) yield first.value;
  yield* rest;
}
