import {
  AuditSink,
  routes as contracts,
  platformScope,
  SetSinkResult,
  SinkName,
  SinkSettings,
} from '@patchbay/contracts';
import { z } from 'zod';
import type { GatewayPorts } from './gateway-ports.ts';
import { type AnyRoute, route } from './http-route.ts';
import { pageOf } from './page.ts';

const named = z.object({ sink: SinkName });
/** With a key of the platform that names no tenant: those of the installation. */
const ownerOf = (tenant: string) => (tenant === platformScope ? null : tenant);

/** Where the tenant's records are sent as they come. */
export function auditSinksRoutes({ ask, adminOf }: GatewayPorts): AnyRoute[] {
  const about = { tag: 'audit', scope: 'audit:write' } as const;
  const audited = {
    kind: 'audit_sink',
    target: ({ params }: { readonly params: { readonly sink: string } }) => params.sink,
  } as const;
  const pause = (verb: 'pause' | 'resume') =>
    route({
      ...about,
      audited,
      of: 'any',
      method: 'POST',
      path: `/v1/audit/sinks/{sink}/${verb}`,
      operationId: `${verb}AuditSink`,
      summary: verb === 'pause' ? 'Hold a sink: what comes waits for it' : 'Let a sink go on where it was',
      params: named,
      response: AuditSink,
      handler: ({ tenant, params }) =>
        adminOf(tenant).audit.pauseSink(params.sink, verb === 'pause', { tenant: ownerOf(tenant) }),
    });
  return [
    route({
      tag: 'audit',
      of: 'any',
      scope: 'audit:read',
      method: 'GET',
      path: '/v1/audit/sinks',
      operationId: 'listAuditSinks',
      summary: 'Where records are sent, how far that is, and what it fails by',
      response: pageOf(AuditSink),
      async handler({ tenant, traceparent }) {
        const { sinks } = await ask(contracts.listSinks, {}, { tenant: ownerOf(tenant) }, { traceparent });
        return { items: sinks, next_cursor: null };
      },
    }),
    route({
      ...about,
      audited,
      of: 'tenant',
      method: 'PUT',
      path: '/v1/audit/sinks/{sink}',
      operationId: 'setAuditSink',
      summary: 'Send the tenant’s records to a URL, or change how',
      description:
        'At least once each, in the order of the log. A new sink starts with what comes from now on, or at `from_index`. `token` is sealed to the vault’s key on arrival; left out, the one before stays.',
      params: named,
      body: z.strictObject({
        settings: SinkSettings,
        token: z.string().min(1).max(4_096).optional(),
        from_index: z.int().nonnegative().optional(),
      }),
      response: SetSinkResult,
      handler({ tenant, params, body: { token, from_index, settings } }) {
        const more = { ...(token !== undefined && { token }), ...(from_index !== undefined && { from_index }) };
        return adminOf(tenant).audit.setSink({ name: params.sink, settings, ...more });
      },
    }),
    route({
      ...about,
      audited,
      of: 'tenant',
      method: 'DELETE',
      path: '/v1/audit/sinks/{sink}',
      operationId: 'removeAuditSink',
      summary: 'Send nothing to it any more, and destroy its token',
      params: named,
      response: AuditSink,
      handler: ({ tenant, params }) => adminOf(tenant).audit.removeSink(params.sink),
    }),
    pause('pause'),
    pause('resume'),
  ];
}
