import { AnalyticsRequest, AnalyticsResult, routes as contracts, platformScope } from '@patchbay/contracts';
import { Overview, readOverview } from '../operations/read-overview.ts';
import type { GatewayPorts } from './gateway-ports.ts';
import { type AnyRoute, route } from './http-route.ts';

/** How calls go: now, and over weeks. Of one tenant, or with a key of the platform that names none, of all. */
export function analyticsRoutes(ports: GatewayPorts): AnyRoute[] {
  const { ask } = ports;
  const about = { tag: 'metrics', of: 'any', scope: 'metrics:read' } as const;
  const overview = readOverview(ports);
  return [
    route({
      ...about,
      method: 'GET',
      path: '/v1/metrics',
      operationId: 'getMetrics',
      summary: 'The last minutes at a glance: calls a second, how long they took, errors, circuits',
      description:
        'Taken anew at most once a second. What ended within the last half second may be missing. `executors` is told to the platform alone.',
      response: Overview,
      handler: ({ tenant, traceparent }) => overview(tenant === platformScope ? null : tenant, traceparent),
    }),
    route({
      ...about,
      method: 'GET',
      path: '/v1/analytics',
      operationId: 'queryAnalytics',
      summary: 'Usage, latency, errors, tokens and cost by tool, session, error, time or tenant',
      query: AnalyticsRequest.omit({ tenant: true }),
      response: AnalyticsResult,
      handler: ({ tenant, query, traceparent }) =>
        ask(
          contracts.queryAnalytics,
          {},
          { ...query, tenant: tenant === platformScope ? null : tenant },
          { traceparent },
        ),
    }),
  ];
}
