import { describe, expect, test } from 'vitest';
import { merged, type Outcome, summarise } from './execution-window.ts';

const outcome = (id: number, at: number, over: Partial<Outcome> = {}): Outcome => ({
  id: `exe_${id}`,
  at,
  status: 'succeeded',
  code: null,
  tool: 'slack_post_message',
  ms: id,
  ...over,
});
const terms = { nowMs: 10_000, windowMs: 10_000, bucketMs: 2_000 };

describe('a window of executions', () => {
  test('tells rate, percentiles and errors of what lies in it', () => {
    const summary = summarise(
      [
        outcome(999, 0),
        ...Array.from({ length: 100 }, (_, index) => outcome(index + 1, 9_000)),
        outcome(7, 1, { status: 'failed', code: 'upstream_error' }),
        outcome(8, 2, { status: 'refused', code: 'rate_limited' }),
        outcome(9, 3, { status: 'failed', code: 'upstream_error' }),
        outcome(1, 10_001),
      ],
      terms,
    );
    expect(summary).toMatchObject({ count: 103, rate: 10.3, failed: 3, p50: 49, p99: 99 });
    expect(summary.errors).toEqual([
      ['upstream_error', 2],
      ['rate_limited', 1],
    ]);
    expect(summary.buckets).toMatchObject({
      at: [0, 2, 4, 6, 8],
      rate: [1.5, 0, 0, 0, 50],
      p50: [8, null, null, null, 50],
    });
  });

  test('of nothing has no percentiles', () => {
    expect(summarise([], terms)).toMatchObject({ count: 0, rate: 0, p50: null, p95: null, errors: [] });
  });
});

describe('what comes', () => {
  test('is taken once and in its order, and the oldest goes', () => {
    const before = [outcome(1, 10), outcome(2, 30)];
    expect(merged(before, [outcome(3, 20), outcome(2, 30)], 10).map(({ id }) => id)).toEqual([
      'exe_1',
      'exe_3',
      'exe_2',
    ]);
    expect(merged(before, [outcome(3, 40)], 2).map(({ id }) => id)).toEqual(['exe_2', 'exe_3']);
    expect(merged(before, [outcome(1, 10)], 10)).toBe(before);
  });
});
