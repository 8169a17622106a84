import {
  AuditCheckpoint,
  ConsistencyProof,
  routes as contracts,
  InclusionProof,
  idSchema,
  LogKey,
} from '@patchbay/contracts';
import { z } from 'zod';
import { logOf } from './audit-routes.ts';
import type { GatewayPorts } from './gateway-ports.ts';
import { type AnyRoute, route } from './http-route.ts';
import { pageOf, pageQuery } from './page.ts';

const size = z.int().positive();

/** Signed checkpoints of the audit log, and proofs for whoever holds one. */
export function auditLogRoutes({ ask }: GatewayPorts): AnyRoute[] {
  const about = { tag: 'audit', of: 'any', scope: 'audit:read' } as const;
  return [
    route({
      ...about,
      method: 'GET',
      path: '/v1/audit/checkpoints',
      operationId: 'listAuditCheckpoints',
      summary: 'Signed checkpoints of the log, newest first',
      description:
        'Each `note` is a C2SP signed note over the number of records and the root of the Merkle tree over them, signed once a minute, or each thousand records, while there is something new. Reading them is not recorded: they say nothing of any event.',
      query: z.strictObject({
        ...pageQuery,
        cursor: z
          .string()
          .regex(/^[0-9]{1,15}$/)
          .optional(),
        /** The one of this size alone. */
        size: size.optional(),
      }),
      response: pageOf(AuditCheckpoint),
      async handler({ tenant, query: { cursor, ...query }, traceparent }) {
        const asked = { ...query, ...(cursor !== undefined && { below: Number(cursor) }), tenant: logOf(tenant) };
        const { checkpoints, next } = await ask(contracts.listCheckpoints, {}, asked, { traceparent });
        return { items: checkpoints, next_cursor: next === null ? null : String(next) };
      },
    }),
    route({
      ...about,
      method: 'GET',
      path: '/v1/audit/key',
      operationId: 'getAuditKey',
      summary: 'Who signs the checkpoints of the log',
      description:
        'The name of the log and its Ed25519 key as a C2SP verifier key. Keep it where the log’s operator cannot change it.',
      response: LogKey,
      handler: ({ tenant, traceparent }) => ask(contracts.readLogKey, {}, { tenant: logOf(tenant) }, { traceparent }),
    }),
    route({
      ...about,
      method: 'GET',
      path: '/v1/audit/proofs/inclusion/{event}',
      operationId: 'proveAuditEvent',
      summary: 'Proof that an event is in the log',
      description:
        'The event’s record, its place, and the hashes from its leaf to the root of a checkpoint (RFC 9162): the newest, or that of `size`. Recorded, as every look at an event is.',
      audited: { kind: 'audit_log', target: ({ tenant }: { readonly tenant: string }) => tenant },
      params: z.object({ event: idSchema('auditEvent') }),
      query: z.strictObject({ size: size.optional() }),
      response: InclusionProof,
      handler: ({ tenant, params, query, traceparent }) =>
        ask(contracts.proveInclusion, {}, { ...query, event_id: params.event, tenant: logOf(tenant) }, { traceparent }),
    }),
    route({
      ...about,
      method: 'GET',
      path: '/v1/audit/proofs/consistency',
      operationId: 'proveAuditConsistency',
      summary: 'Proof that the log only grew',
      description:
        'The hashes that lead from the log of `from` records to a checkpoint (RFC 9162): the newest, or that of `to`. For whoever kept an older one.',
      query: z.strictObject({ from: size, to: size.optional() }),
      response: ConsistencyProof,
      handler: ({ tenant, query, traceparent }) =>
        ask(contracts.proveConsistency, {}, { ...query, tenant: logOf(tenant) }, { traceparent }),
    }),
  ];
}
