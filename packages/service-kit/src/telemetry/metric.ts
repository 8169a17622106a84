import type { SpanAttributes } from './tracing.ts';

export interface HistogramValue {
  readonly count: number;
  readonly sum: number;
  /** How many lie in each bucket: one more than `bounds`. */
  readonly counts: readonly number[];
  readonly bounds: readonly number[];
}

interface Point<Value> {
  readonly attributes: SpanAttributes;
  /** Unix milliseconds from which it is counted. */
  readonly since: number;
  readonly value: Value;
}

/** A metric as it stands, whoever counted it. Sums and histograms are cumulative. */
export type Metric = { readonly name: string; readonly description: string; readonly unit: string } & (
  | { readonly kind: 'sum' | 'gauge'; readonly points: readonly Point<number>[] }
  | { readonly kind: 'histogram'; readonly points: readonly Point<HistogramValue>[] }
);

/** A metric of numbers, each with its attributes, that all count from `since` (Unix milliseconds). */
export function numberMetric(
  kind: 'sum' | 'gauge',
  {
    since,
    ...named
  }: { readonly name: string; readonly description: string; readonly unit: string; readonly since: number },
  values: readonly (readonly [attributes: SpanAttributes, value: number])[],
): Metric {
  return { ...named, kind, points: values.map(([attributes, value]) => ({ attributes, since, value })) };
}
