import { BeginExport, routes as contracts, ExportJob, idSchema } from '@patchbay/contracts';
import { z } from 'zod';
import { heldExport } from '../operations/held-export.ts';
import { logOf } from './audit-routes.ts';
import type { GatewayPorts } from './gateway-ports.ts';
import { type AnyRoute, route, StreamedAnswer } from './http-route.ts';
import { pageOf } from './page.ts';

const { tenant: _, ...range } = BeginExport.shape;
const rangeQuery = z.strictObject(range);
const media = 'application/jsonl; charset=utf-8';

/** A tenant's log with its proofs: as an answer, or put into object storage. */
export function auditExportsRoutes({ ask, adminOf, sessions }: GatewayPorts): AnyRoute[] {
  const about = { tag: 'audit', of: 'any', scope: 'audit:export' } as const;
  const audited = {
    kind: 'audit_log',
    target: ({ tenant }: { readonly tenant: string }) => tenant,
  } as const;
  return [
    route({
      ...about,
      audited,
      method: 'GET',
      path: '/v1/audit/export',
      operationId: 'exportAudit',
      summary: 'The log with its proofs, as lines of JSON',
      description:
        'Records in the order of the log, and the signed checkpoints that prove them. The same range gives the same bytes; without an end it goes to the newest checkpoint. The last line is a checkpoint: an export without it is not whole.',
      query: rangeQuery,
      response: z.string(),
      media,
      async handler({ tenant, principal, query }) {
        // What cannot be exported is said before anything is sent.
        const { pieces } = await adminOf(logOf(tenant)).audit.export(query);
        const left = new AbortController();
        return new StreamedAnswer(
          heldExport(pieces, { principal, sessions, left: left.signal }),
          () => left.abort(),
          media,
        );
      },
    }),
    route({
      ...about,
      audited,
      method: 'POST',
      path: '/v1/audit/exports',
      operationId: 'startAuditExport',
      summary: 'Have an export put into the object storage of the audit service',
      body: rangeQuery,
      response: ExportJob,
      status: 201,
      handler: async ({ tenant, body, traceparent }) =>
        (await ask(contracts.startExport, {}, { ...body, tenant: logOf(tenant) }, { traceparent })).export,
    }),
    route({
      ...about,
      method: 'GET',
      path: '/v1/audit/exports',
      operationId: 'listAuditExports',
      summary: 'Exports that were put into object storage, newest first, at most 100',
      response: pageOf(ExportJob),
      async handler({ tenant, traceparent }) {
        const { exports } = await ask(contracts.listExports, {}, { tenant: logOf(tenant) }, { traceparent });
        return { items: exports, next_cursor: null };
      },
    }),
    route({
      ...about,
      method: 'GET',
      path: '/v1/audit/exports/{export}',
      operationId: 'getAuditExport',
      summary: 'How far an export is',
      params: z.object({ export: idSchema('auditExport') }),
      response: ExportJob,
      async handler({ tenant, params, traceparent }) {
        const asked = { tenant: logOf(tenant), id: params.export };
        const { exports } = await ask(contracts.listExports, {}, asked, { traceparent });
        return exports[0] as ExportJob;
      },
    }),
  ];
}
