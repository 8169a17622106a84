import { type HrTime, ValueType } from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import {
  AggregationTemporality,
  DataPointType,
  type MetricData,
  type MetricProducer,
} from '@opentelemetry/sdk-metrics';
import type { Metric } from './metric.ts';

/** Gives the SDK's reader what was counted elsewhere, so that nothing is counted twice. */
export function metricsProducer(resource: Resource, collect: () => readonly Metric[]): MetricProducer {
  return {
    async collect() {
      const now = timeOf(Date.now());
      const metrics = collect().map((metric) => metricData(metric, now));
      return { resourceMetrics: { resource, scopeMetrics: [{ scope: { name: 'patchbay' }, metrics }] }, errors: [] };
    },
  };
}

function metricData(metric: Metric, endTime: HrTime): MetricData {
  const { name, description, unit } = metric;
  const base = {
    descriptor: { name, description, unit, valueType: metric.kind === 'histogram' ? ValueType.DOUBLE : ValueType.INT },
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
  };
  const times = (since: number) => ({ startTime: timeOf(since), endTime });
  if (metric.kind === 'histogram') {
    return {
      ...base,
      dataPointType: DataPointType.HISTOGRAM,
      dataPoints: metric.points.map(({ attributes, since, value: { count, sum, counts, bounds } }) => ({
        ...times(since),
        attributes: { ...attributes },
        value: { count, sum, buckets: { boundaries: [...bounds], counts: [...counts] } },
      })),
    };
  }
  const dataPoints = metric.points.map(({ attributes, since, value }) => ({
    ...times(since),
    attributes: { ...attributes },
    value,
  }));
  return metric.kind === 'sum'
    ? { ...base, dataPointType: DataPointType.SUM, isMonotonic: true, dataPoints }
    : { ...base, dataPointType: DataPointType.GAUGE, dataPoints };
}

function timeOf(unixMs: number): HrTime {
  return [Math.floor(unixMs / 1_000), Math.round((unixMs % 1_000) * 1_000_000)];
}
