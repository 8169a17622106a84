import { z } from 'zod';
import { type AnyRoute, route } from './http-route.ts';

/** Metrics as Prometheus takes them: this gateway's, those of every executor, or both. */
export type MetricsPort = (of: 'all' | 'gateway' | 'executors') => Promise<string>;

/**
 * What a scraper asks. It tells of all tenants together, so that only a key of the platform opens it, be its scope as it may.
 */
export function metricsRoutes({ metricsText }: { readonly metricsText: MetricsPort }): AnyRoute[] {
  return [
    route({
      method: 'GET',
      path: '/metrics',
      operationId: 'scrapeMetrics',
      summary: 'Metrics in Prometheus’ text format; for keys of the platform alone',
      description:
        '`of` narrows it to this gateway, or to the executors: with several gateways ask all of them for their own, and one for the executors.',
      tag: 'metrics',
      of: 'platform',
      only: 'platform',
      scope: 'metrics:read',
      query: z.strictObject({ of: z.enum(['all', 'gateway', 'executors']).default('all') }),
      response: z.string(),
      media: 'text/plain; version=0.0.4; charset=utf-8',
      handler: ({ query }) => metricsText(query.of),
    }),
  ];
}
