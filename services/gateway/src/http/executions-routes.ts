import {
  AuditEvent,
  AuditQuery,
  CancelRequest,
  CancelResult,
  routes as contracts,
  idSchema,
  ListUnknown,
  ListUnknownResult,
  PatchbayError,
} from '@patchbay/contracts';
import { z } from 'zod';
import type { GatewayPorts } from './gateway-ports.ts';
import { type AnyRoute, route } from './http-route.ts';
import { pageOf } from './page.ts';

/** What ran and what runs, as the audit log has it: never an argument or an output. */
export function executionsRoutes({ ask }: GatewayPorts): AnyRoute[] {
  const about = { tag: 'executions', of: 'tenant' } as const;
  return [
    route({
      ...about,
      method: 'GET',
      path: '/v1/executions',
      operationId: 'listExecutions',
      audited: { look: true, kind: 'executions', target: ({ tenant }) => tenant },
      summary: 'What happened to executions, newest first: an intent and an outcome each, of reads the outcome',
      scope: 'executions:read',
      query: AuditQuery.omit({ tenant: true, class: true, execution_id: true }),
      response: pageOf(AuditEvent),
      async handler({ tenant, query, traceparent }) {
        const asked = { ...query, tenant, class: 'execution' as const };
        const { events, next_cursor } = await ask(contracts.queryAudit, {}, asked, { traceparent });
        return { items: events, next_cursor };
      },
    }),
    route({
      ...about,
      method: 'GET',
      path: '/v1/executions/unknown',
      operationId: 'listUnknownExecutions',
      audited: { look: true, kind: 'executions', target: ({ tenant }) => tenant },
      summary: 'Executions of which nobody knows whether they had their effect',
      scope: 'executions:read',
      query: ListUnknown.omit({ tenant: true }),
      response: ListUnknownResult,
      handler: ({ tenant, query, traceparent }) =>
        ask(contracts.listUnknown, {}, { ...query, tenant }, { traceparent }),
    }),
    route({
      ...about,
      method: 'GET',
      path: '/v1/executions/{execution}',
      operationId: 'getExecution',
      audited: { look: true, kind: 'execution', target: ({ params }) => params.execution },
      summary: 'Everything that the audit log holds of one execution, newest first',
      scope: 'executions:read',
      params: z.object({ execution: idSchema('execution') }),
      response: z.object({ execution_id: idSchema('execution'), events: z.array(AuditEvent) }),
      async handler({ tenant, params: { execution }, traceparent }) {
        const asked = { tenant, execution_id: execution };
        const { events } = await ask(contracts.queryAudit, {}, asked, { traceparent });
        if (events.length === 0)
          throw new PatchbayError('not_found', { message: `There is no execution ${execution}, or not yet.` });
        return { execution_id: execution, events };
      },
    }),
    route({
      ...about,
      method: 'POST',
      path: '/v1/executions/cancel',
      operationId: 'cancelExecutions',
      audited: { look: true, kind: 'executions', target: ({ body }) => body.execution_id ?? body.session ?? 'by_key' },
      summary: 'Stop an execution, a plan, whatever runs under a key, or a session',
      scope: 'executions:cancel',
      body: CancelRequest,
      response: CancelResult,
      handler: ({ tenant, body, traceparent }) => ask(contracts.cancelExecution, { tenant }, body, { traceparent }),
    }),
  ];
}
