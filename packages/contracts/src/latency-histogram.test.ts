import fc from 'fast-check';
import { expect, test } from 'vitest';
import { HistogramSnapshot, LatencyHistogram } from './latency-histogram.ts';

const of = (...durations: number[]) => {
  const histogram = new LatencyHistogram();
  for (const ms of durations) histogram.record(ms);
  return histogram;
};

test('a quantile is within 5 % of the true one from 10 µs to 1,000 s', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0.01, max: 999_999, noNaN: true }), { minLength: 1, maxLength: 200 }),
      fc.constantFrom(0.5, 0.9, 0.95, 0.99, 1),
      (durations, q) => {
        const sorted = durations.toSorted((a, b) => a - b);
        const truth = sorted[Math.max(1, Math.ceil(q * sorted.length)) - 1] as number;
        const told = of(...durations).quantile(q) as number;
        expect(Math.abs(told - truth)).toBeLessThanOrEqual(Math.max(0.0501 * truth, 0.0006));
      },
    ),
  );
});

test('histograms of several processes add up to the histogram of all durations', () => {
  const durations = fc.array(fc.double({ min: 0, max: 200_000, noNaN: true }), { maxLength: 50 });
  fc.assert(
    fc.property(durations, durations, (here, there) => {
      const merged = LatencyHistogram.from(of(...here).snapshot()).merge(of(...there));
      const whole = of(...here, ...there);
      expect(merged.snapshot().buckets).toEqual(whole.snapshot().buckets);
      expect(merged.count).toBe(whole.count);
      expect(merged.sumMs).toBeCloseTo(whole.sumMs, 1);
    }),
  );
});

test('a bound of two digits is exact, and includes what equals it', () => {
  const histogram = of(4.9, 5, 5.001, 10, 24.9, 25.1, 250, 251, 7_500, 7_501, 1_000_000, 5_000_000);
  expect(histogram.countsBetween([5, 10, 25, 250, 7_500])).toEqual([2, 2, 1, 2, 2, 3]);
});

test('what was recorded since an earlier state is told apart', () => {
  const histogram = of(1, 1, 50);
  const earlier = LatencyHistogram.from(histogram.snapshot());
  histogram.record(50);
  histogram.record(900);
  const since = histogram.since(earlier);
  expect(since.count).toBe(2);
  expect(since.sumMs).toBeCloseTo(950);
  expect(since.quantile(1)).toBeGreaterThan(890);
  expect(histogram.since(histogram).count).toBe(0);
});

test('nothing has no quantile, and odd durations count as the nearest there is', () => {
  expect(of().quantile(0.5)).toBeNull();
  expect(of(0).quantile(1)).toBeLessThanOrEqual(0.001);
  expect(of(-3).quantile(1)).toBeLessThanOrEqual(0.001);
  expect(of(1e12).quantile(1)).toBeLessThanOrEqual(1_000_000);
  expect(of(1e12).quantile(1)).toBeGreaterThan(980_000);
});

test('a snapshot survives its way as JSON, and buckets nobody knows are left out', () => {
  const snapshot = of(0.5, 80, 80, 12_000).snapshot();
  expect(HistogramSnapshot.parse(JSON.parse(JSON.stringify(snapshot)))).toEqual(snapshot);
  const odd = LatencyHistogram.from({ count: 9, sum_ms: 80, buckets: [170, 2, 9_999, 7] });
  expect(odd.count).toBe(2);
});
