import {
  routes as contracts,
  EraseSubjectRequest,
  EraseSubjectResult,
  ExportSubjectRequest,
  ExportSubjectResult,
  FindSubjectRequest,
  FindSubjectResult,
  idSchema,
  RevealEventResult,
} from '@patchbay/contracts';
import { z } from 'zod';
import type { GatewayPorts } from './gateway-ports.ts';
import { type AnyRoute, route } from './http-route.ts';

/** Milliseconds that looking through everything for one person may take. */
const searchMs = 120_000;

/** Persons whom calls are about. Who is meant stands in bodies, never in a URL, which ends up in logs. */
export function subjectsRoutes({ ask }: GatewayPorts): AnyRoute[] {
  const about = {
    tag: 'subjects',
    of: 'tenant',
    method: 'POST',
    audited: { kind: 'subjects', target: ({ tenant }: { readonly tenant: string }) => tenant },
  } as const;
  return [
    route({
      ...about,
      path: '/v1/subjects/token',
      operationId: 'findSubject',
      summary: 'By which token a person goes in the audit log',
      scope: 'subjects:read',
      body: FindSubjectRequest.omit({ tenant: true }),
      response: FindSubjectResult,
      handler: ({ tenant, body, traceparent }) => ask(contracts.findSubject, {}, { ...body, tenant }, { traceparent }),
    }),
    route({
      ...about,
      path: '/v1/subjects/export',
      operationId: 'exportSubject',
      summary: 'All that is held on a person, a page of events at a time',
      scope: 'subjects:read',
      body: ExportSubjectRequest.omit({ tenant: true }),
      response: ExportSubjectResult,
      handler: ({ tenant, body, traceparent }) =>
        ask(contracts.exportSubject, {}, { ...body, tenant }, { traceparent, timeoutMs: searchMs }),
    }),
    route({
      ...about,
      path: '/v1/subjects/erase',
      operationId: 'eraseSubject',
      summary: 'Erase a person, for good; the answer is the receipt',
      description:
        'Destroys the key of what was kept of them, ends their token, and takes what is held under it. Events stay, with a token that nobody can be told by. May be repeated. `409` while a legal hold has it kept.',
      scope: 'subjects:erase',
      body: EraseSubjectRequest.omit({ tenant: true }),
      response: EraseSubjectResult,
      handler: ({ tenant, body, traceparent }) =>
        ask(contracts.eraseSubject, {}, { ...body, tenant }, { traceparent, timeoutMs: searchMs }),
    }),
    route({
      ...about,
      tag: 'audit',
      path: '/v1/audit/events/{event}/reveal',
      operationId: 'revealAuditEvent',
      summary: 'Read what an event keeps of a person, while their key lives',
      scope: 'audit:reveal',
      params: z.object({ event: idSchema('auditEvent') }),
      response: RevealEventResult,
      handler: ({ tenant, params, traceparent }) =>
        ask(contracts.revealEvent, {}, { tenant, event_id: params.event }, { traceparent }),
    }),
  ];
}
