import type { LatencyHistogram } from '@patchbay/contracts';
import { type HistogramValue, type Metric, numberMetric } from '@patchbay/service-kit';
import type { ExecutionMetrics } from '../domain/telemetry/execution-metrics.ts';

/** Upper bounds in seconds: those that the conventions advise for request durations, and up to the longest deadline. */
const boundsSeconds = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 30, 60, 120];
const boundsMs = boundsSeconds.map((seconds) => seconds * 1_000);

interface OpenCircuit {
  readonly state: string;
  readonly tenant: string | null;
}

/** What was counted, as metrics to export. */
export function exportedMetrics(
  metrics: ExecutionMetrics,
  now: { readonly inFlight: number; readonly circuits: readonly OpenCircuit[] },
): Metric[] {
  const since = metrics.startedAt;
  const circuits = (state: string, whose: 'host' | 'tenant'): [Record<string, string>, number] => [
    { 'patchbay.circuit.state': state, 'patchbay.circuit.of': whose },
    now.circuits.filter((one) => one.state === state && (one.tenant === null ? 'host' : 'tenant') === whose).length,
  ];
  return [
    {
      name: 'patchbay.execution.duration',
      description: 'From receipt to answer',
      unit: 's',
      kind: 'histogram',
      points: [...metrics.executions.values()].map((series) => ({
        attributes: {
          'gen_ai.tool.name': series.tool,
          'patchbay.tenant.class': series.tenantClass,
          'patchbay.execution.status': series.status,
          ...(series.errorCode !== null && { 'error.type': series.errorCode }),
        },
        since: series.since,
        value: histogramOf(series.durations),
      })),
    },
    {
      name: 'patchbay.attempt.duration',
      description: 'One HTTP attempt',
      unit: 's',
      kind: 'histogram',
      points: [...metrics.attempts.values()].map((series) => ({
        attributes: { 'patchbay.integration': series.integration, 'patchbay.attempt.outcome': series.outcome },
        since: series.since,
        value: histogramOf(series.durations),
      })),
    },
    numberMetric(
      'gauge',
      { name: 'patchbay.execution.active', description: 'Executions under way', unit: '{execution}', since },
      [[{}, now.inFlight]],
    ),
    numberMetric(
      'sum',
      { name: 'patchbay.limiter.decisions', description: 'Answers of the rate limiter', unit: '{decision}', since },
      [
        [{ 'patchbay.limiter.decision': 'admitted' }, metrics.limiter.admitted],
        [{ 'patchbay.limiter.decision': 'delayed' }, metrics.limiter.delayed],
      ],
    ),
    numberMetric(
      'sum',
      { name: 'patchbay.ledger.replays', description: 'Answers given from the ledger', unit: '{execution}', since },
      [[{}, metrics.replays]],
    ),
    // A tenant's name is no attribute: there is no end of them.
    numberMetric(
      'gauge',
      {
        name: 'patchbay.circuits',
        description: 'Circuits of hosts, and of tenants at hosts, that are not closed',
        unit: '{circuit}',
        since,
      },
      [
        circuits('open', 'host'),
        circuits('half_open', 'host'),
        circuits('open', 'tenant'),
        circuits('half_open', 'tenant'),
      ],
    ),
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
