import { type Metric, numberMetric } from '@patchbay/service-kit';
import type { HookCounts } from '../domain/hook-counts.ts';

/** Upper bounds in seconds: vendors give up after one second at the earliest and thirty at the latest. */
const boundsSeconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const boundsMs = boundsSeconds.map((seconds) => seconds * 1_000);

export interface HookGauges {
  readonly shared: boolean;
  readonly rebuilding: boolean;
  readonly inQuestion: number;
}

/** What was counted, as metrics to export. */
export function exportedMetrics(counts: HookCounts, now: HookGauges): Metric[] {
  const { startedAt: since, durations } = counts;
  const sum = (name: string, description: string, unit: string, values: [Record<string, string>, number][]) =>
    numberMetric('sum', { name, description, unit, since }, values);
  const gauge = (name: string, description: string, unit: string, value: number) =>
    numberMetric('gauge', { name, description, unit, since }, [[{}, value]]);
  return [
    sum(
      'patchbay.webhook.requests',
      'Requests to webhook sources',
      '{request}',
      [...counts.requests.values()].map(({ end, reason, count }) => [
        { 'patchbay.webhook.end': end, ...(reason !== null && { 'error.type': reason }) },
        count,
      ]),
    ),
    sum('patchbay.webhook.copies', 'Events that were persisted, and further copies of such', '{event}', [
      [{ 'patchbay.webhook.copy': 'first' }, counts.events.accepted],
      [{ 'patchbay.webhook.copy': 'duplicate' }, counts.events.duplicate],
    ]),
    sum('patchbay.webhook.shed', 'Requests told to come again because too many were in hand', '{request}', [
      [{}, counts.shed],
    ]),
    sum('patchbay.webhook.unclaimed', 'Requests whose duplicates the stream alone told', '{request}', [
      [{}, counts.withoutClaims],
    ]),
    {
      name: 'patchbay.webhook.duration',
      description: 'From the headers of a request to its answer',
      unit: 's',
      kind: 'histogram',
      points: [
        {
          attributes: {},
          since,
          value: {
            count: durations.count,
            sum: durations.sumMs / 1_000,
            counts: durations.countsBetween(boundsMs),
            bounds: boundsSeconds,
          },
        },
      ],
    },
    gauge('patchbay.webhook.claims_shared', 'Whether Redis tells duplicates', '1', now.shared ? 1 : 0),
    gauge(
      'patchbay.webhook.rebuilding',
      'Whether what Redis knows is being read from the stream',
      '1',
      now.rebuilding ? 1 : 0,
    ),
    gauge(
      'patchbay.webhook.in_question',
      'Events of which it is not known whether the stream has them',
      '{event}',
      now.inQuestion,
    ),
  ];
}
