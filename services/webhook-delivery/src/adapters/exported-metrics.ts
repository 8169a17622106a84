import { type Metric, numberMetric } from '@patchbay/service-kit';
import type { DeliveryMetrics } from '../domain/delivery-metrics.ts';

/** What was counted, as metrics to export. */
export function exportedMetrics(metrics: DeliveryMetrics, since: number, subscriptions: number): Metric[] {
  const sum = (name: string, description: string, unit: string, points: [Record<string, string>, number][]) =>
    numberMetric('sum', { name, description, unit, since }, points);
  const attributesOf = ({ target, outcome }: { target: string; outcome: string }) => ({
    'patchbay.delivery.target': target,
    'patchbay.attempt.outcome': outcome,
  });
  return [
    sum('patchbay.delivery.events', 'Events looked at for subscriptions', '{event}', [[{}, metrics.events]]),
    sum('patchbay.delivery.begun', 'Deliveries begun', '{delivery}', [[{}, metrics.deliveries]]),
    sum(
      'patchbay.delivery.attempts',
      'Attempts that ended',
      '{attempt}',
      metrics.attempts.map((series) => [attributesOf(series), series.count]),
    ),
    sum(
      'patchbay.delivery.attempt_time',
      'Time that attempts took, added up',
      's',
      metrics.attempts.map((series) => [attributesOf(series), series.seconds]),
    ),
    sum('patchbay.delivery.dead_letters', 'Deliveries that were given up', '{delivery}', [
      [{ 'patchbay.delivery.reason': 'exhausted' }, metrics.deadLetters.exhausted],
      [{ 'patchbay.delivery.reason': 'system' }, metrics.deadLetters.system],
    ]),
    sum('patchbay.delivery.pauses', 'Subscriptions that paused or disabled themselves', '{subscription}', [
      [{}, metrics.paused],
    ]),
    numberMetric(
      'gauge',
      {
        name: 'patchbay.delivery.subscriptions',
        description: 'Subscriptions that this process works for',
        unit: '{subscription}',
        since,
      },
      [[{}, subscriptions]],
    ),
  ];
}
