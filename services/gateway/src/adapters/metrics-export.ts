import { type ExecutorStats, LatencyHistogram } from '@patchbay/contracts';
import { type HistogramValue, type Metric, numberMetric } from '@patchbay/service-kit';
import type { RequestCounts } from '../domain/request-counts.ts';

/** Upper bounds in seconds: those that the conventions advise for request durations, and up to the longest deadline. */
const boundsSeconds = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 30, 60, 120];
const boundsMs = boundsSeconds.map((seconds) => seconds * 1_000);

/** What a gateway counted. `open`: streams and the like that are open now. */
export function gatewayMetrics(counts: RequestCounts, open: number): Metric[] {
  const since = counts.startedAt;
  return [
    {
      name: 'patchbay.gateway.request.duration',
      description: 'From headers to answer',
      unit: 's',
      kind: 'histogram',
      points: counts.all().map(({ route, outcome, durations }) => ({
        attributes: { 'patchbay.gateway.route': route, 'patchbay.gateway.outcome': outcome },
        since,
        value: histogramOf(durations),
      })),
    },
    numberMetric(
      'gauge',
      { name: 'patchbay.gateway.sessions', description: 'Open under a key', unit: '{session}', since },
      [[{}, open]],
    ),
  ];
}

/**
 * What executors counted, each under its own name: were they added up, an executor that ends would look like a counter that
 * began anew.
 */
export function executorMetrics(executors: readonly ExecutorStats[], now: number): Metric[] {
  const sinceOf = ({ uptime_ms }: ExecutorStats) => Math.round(now - uptime_ms);
  const points = <Value>(of: (stats: ExecutorStats) => readonly (readonly [Record<string, string>, Value])[]) =>
    executors.flatMap((stats) =>
      of(stats).map(([attributes, value]) => ({
        attributes: { 'patchbay.executor': stats.instance, ...attributes },
        since: sinceOf(stats),
        value,
      })),
    );
  return [
    {
      name: 'patchbay.execution.duration',
      description: 'From receipt to answer',
      unit: 's',
      kind: 'histogram',
      points: points(({ executions }) =>
        executions.map(({ tool, tenant_class, status, error_code, durations }) => [
          {
            'gen_ai.tool.name': tool,
            'patchbay.tenant.class': tenant_class,
            'patchbay.execution.status': status,
            ...(error_code !== null && { 'error.type': error_code }),
          },
          histogramOf(LatencyHistogram.from(durations)),
        ]),
      ),
    },
    {
      name: 'patchbay.attempt.duration',
      description: 'One HTTP attempt',
      unit: 's',
      kind: 'histogram',
      points: points(({ attempts }) =>
        attempts.map(({ integration, outcome, durations }) => [
          { 'patchbay.integration': integration, 'patchbay.attempt.outcome': outcome },
          histogramOf(LatencyHistogram.from(durations)),
        ]),
      ),
    },
    {
      name: 'patchbay.execution.active',
      description: 'Executions under way',
      unit: '{execution}',
      kind: 'gauge',
      points: points(({ in_flight }) => [[{}, in_flight]]),
    },
    {
      name: 'patchbay.limiter.decisions',
      description: 'Answers of the rate limiter',
      unit: '{decision}',
      kind: 'sum',
      points: points(({ limiter: { admitted, delayed } }) => [
        [{ 'patchbay.limiter.decision': 'admitted' }, admitted],
        [{ 'patchbay.limiter.decision': 'delayed' }, delayed],
      ]),
    },
    {
      name: 'patchbay.ledger.replays',
      description: 'Answers given from the ledger',
      unit: '{execution}',
      kind: 'sum',
      points: points(({ replays }) => [[{}, replays]]),
    },
    {
      name: 'patchbay.circuits',
      description: 'Circuits of hosts, and of tenants at hosts, that are not closed',
      unit: '{circuit}',
      kind: 'gauge',
      points: points(({ circuits }) =>
        (['open', 'half_open'] as const).flatMap((state) =>
          (['host', 'tenant'] as const).map(
            (whose) =>
              [
                { 'patchbay.circuit.state': state, 'patchbay.circuit.of': whose },
                circuits.filter((one) => one.state === state && (one.tenant === null) === (whose === 'host')).length,
              ] as const,
          ),
        ),
      ),
    },
  ];
}

function histogramOf(durations: LatencyHistogram): HistogramValue {
  return {
    count: durations.count,
    sum: durations.sumMs / 1_000,
    counts: durations.countsBetween(boundsMs),
    bounds: boundsSeconds,
  };
}
