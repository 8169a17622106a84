import {
  routes as contracts,
  idSchema,
  LegalHold,
  ListRetentionResult,
  PlaceHold,
  PurgeExpired,
  PurgeExpiredResult,
  platformScope,
  ReleaseHold,
  RemoveRetention,
  RetentionRule,
  SetRegime,
  SetRegimeResult,
  SetRetention,
  SetRetentionResult,
} from '@patchbay/contracts';
import { z } from 'zod';
import type { GatewayPorts } from './gateway-ports.ts';
import { type AnyRoute, route } from './http-route.ts';
import { pageOf } from './page.ts';

/** Whose rules: with a key of the platform that names no tenant, those of every tenant. */
const ruleOwner = (tenant: string) => (tenant === platformScope ? null : tenant);
const { tenant: _, ...hold } = PlaceHold.shape;

/**
 * How long the log is kept, and what keeps it longer. What makes bodies go is the platform's: a key of the tenant, stolen, must not be
 * able to wipe its own traces.
 */
export function auditRetentionRoutes({ ask }: GatewayPorts): AnyRoute[] {
  const about = { tag: 'audit', scope: 'audit:write' } as const;
  const rules = { ...about, of: 'any', only: 'platform' } as const;
  const audited = (kind: string) => ({ kind, target: ({ tenant }: { readonly tenant: string }) => tenant }) as const;
  return [
    route({
      tag: 'audit',
      of: 'any',
      scope: 'audit:read',
      method: 'GET',
      path: '/v1/audit/retention',
      operationId: 'getRetention',
      summary: 'After how many days events of each class lose their bodies, and by which rule',
      response: ListRetentionResult,
      handler: ({ tenant, traceparent }) =>
        ask(contracts.listRetention, {}, { tenant: ruleOwner(tenant) }, { traceparent }),
    }),
    route({
      ...rules,
      audited: audited('retention'),
      method: 'PUT',
      path: '/v1/audit/retention',
      operationId: 'setRetention',
      summary: 'Say how long events are kept; for keys of the platform alone',
      description:
        'Without `class`, events of every class without a rule of its own. `days` null keeps them without limit.',
      body: SetRetention.omit({ tenant: true }),
      response: SetRetentionResult,
      handler: ({ tenant, body, traceparent }) =>
        ask(contracts.setRetention, {}, { ...body, tenant: ruleOwner(tenant) }, { traceparent }),
    }),
    route({
      ...rules,
      audited: audited('retention'),
      method: 'DELETE',
      path: '/v1/audit/retention',
      operationId: 'removeRetention',
      summary: 'Take a rule away; for keys of the platform alone',
      query: RemoveRetention.omit({ tenant: true }),
      response: z.object({ removed: RetentionRule }),
      handler: ({ tenant, query, traceparent }) =>
        ask(contracts.removeRetention, {}, { ...query, tenant: ruleOwner(tenant) }, { traceparent }),
    }),
    route({
      ...about,
      of: 'tenant',
      only: 'platform',
      audited: audited('retention'),
      method: 'PUT',
      path: '/v1/audit/regime',
      operationId: 'setRegime',
      summary: 'Bind the tenant to what a law asks for, such as HIPAA; for keys of the platform alone',
      body: SetRegime.omit({ tenant: true }),
      response: SetRegimeResult,
      handler: ({ tenant, body, traceparent }) => ask(contracts.setRegime, {}, { ...body, tenant }, { traceparent }),
    }),
    route({
      ...about,
      of: 'tenant',
      only: 'platform',
      audited: audited('audit_log'),
      method: 'POST',
      path: '/v1/audit/purge',
      operationId: 'purgeAudit',
      summary: 'Take away now what is past its time; for keys of the platform alone',
      body: PurgeExpired.omit({ tenant: true }),
      response: PurgeExpiredResult,
      handler: ({ tenant, body, traceparent }) => ask(contracts.purgeExpired, {}, { ...body, tenant }, { traceparent }),
    }),
    route({
      tag: 'audit',
      of: 'tenant',
      scope: 'audit:read',
      method: 'GET',
      path: '/v1/audit/holds',
      operationId: 'listHolds',
      summary: 'Legal holds, newest first',
      query: z.strictObject({ released: z.boolean().default(false) }),
      response: pageOf(LegalHold),
      async handler({ tenant, query, traceparent }) {
        const { holds } = await ask(contracts.listHolds, {}, { ...query, tenant }, { traceparent });
        return { items: holds, next_cursor: null };
      },
    }),
    route({
      ...about,
      of: 'tenant',
      audited: audited('hold'),
      method: 'POST',
      path: '/v1/audit/holds',
      operationId: 'placeHold',
      summary: 'Keep what it covers from being purged',
      body: z.strictObject(hold),
      response: LegalHold,
      status: 201,
      handler: async ({ tenant, body, traceparent }) =>
        (await ask(contracts.placeHold, {}, { ...body, tenant }, { traceparent })).hold,
    }),
    route({
      ...about,
      of: 'tenant',
      only: 'platform',
      audited: { kind: 'hold', target: ({ params }) => params.hold },
      method: 'POST',
      path: '/v1/audit/holds/{hold}/release',
      operationId: 'releaseHold',
      summary: 'End a hold; for keys of the platform alone',
      params: z.object({ hold: idSchema('hold') }),
      body: ReleaseHold.pick({ reason: true }),
      response: LegalHold,
      handler: async ({ tenant, params, body, traceparent }) =>
        (await ask(contracts.releaseHold, {}, { ...body, tenant, hold: params.hold }, { traceparent })).hold,
    }),
  ];
}
