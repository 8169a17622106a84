import { AnalyticsRequest } from '@patchbay/contracts';
import { describe, expect, it } from 'vitest';
import { allBuckets, usageWindow } from './usage-window.ts';

const now = Date.UTC(2026, 4, 1, 12);
const windowOf = (fields: object) => usageWindow(AnalyticsRequest.parse(fields), now);
const iso = (ms: number) => new Date(ms).toISOString();

describe('the window of a question', () => {
  it('is the last day unless told, and has no buckets unless they are asked for', () => {
    expect(windowOf({})).toEqual({ tenant: null, fromMs: now - 86_400_000, toMs: now, bucketMs: null });
    expect(windowOf({ tenant: 'acme', tool: 'a', session: 's' })).toMatchObject({
      tenant: 'acme',
      tool: 'a',
      session: 's',
    });
  });

  it.each([
    [60_000, 1_000],
    [300_000, 5_000],
    [3_600_000, 60_000],
    [86_400_000, 1_800_000],
    [7 * 86_400_000, 10_800_000],
    [14 * 86_400_000, 21_600_000],
    [92 * 86_400_000, 2 * 86_400_000],
  ])('of %d ms has buckets of %d ms', (windowMs, bucketMs) => {
    expect(windowOf({ group_by: 'time', from: iso(now - windowMs) }).bucketMs).toBe(bucketMs);
  });

  it.each([
    ['from', { from: iso(now) }],
    ['from', { from: iso(now + 1) }],
    ['from', { from: iso(now - 93 * 86_400_000) }],
    ['from', { from: '1969-12-31T00:00:00Z', to: '1970-01-01T00:00:00Z' }],
    ['bucket_ms', { group_by: 'time', bucket_ms: 1_000 }],
    ['tool', { tool: 'a\0' }],
    ['session', { session: '\0' }],
  ])('refuses a bad %s by name', (path, fields) => {
    expect(() => windowOf(fields)).toThrow(
      expect.objectContaining({
        code: 'invalid_request',
        body: expect.objectContaining({ details: { issues: [expect.objectContaining({ path })] } }),
      }),
    );
  });
});

it('has every bucket that the window touches, and no other', () => {
  const keys = (fromMs: number, toMs: number) =>
    allBuckets({ fromMs, toMs, bucketMs: 1_000 }, [{ key: '2000', n: 7 }], { n: 0 }).map(({ key, n }) => [
      Date.parse(key),
      n,
    ]);
  expect(keys(1_000, 3_000)).toEqual([
    [1_000, 0],
    [2_000, 7],
  ]);
  expect(keys(1_500, 3_001)).toEqual([
    [1_000, 0],
    [2_000, 7],
    [3_000, 0],
  ]);
});
