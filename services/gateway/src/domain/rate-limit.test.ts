import { expect, test } from 'vitest';
import { RateLimits } from './rate-limit.ts';

test('a burst passes, then one for each interval', () => {
  const limits = new RateLimits({ requestsPerMinute: 600, burst: 3 });
  expect([0, 0, 0].map((now) => limits.take('a', now).remaining)).toEqual([2, 1, 0]);
  expect(limits.take('a', 0)).toMatchObject({ allowed: false, remaining: 0, retryAfterMs: 100 });
  expect(limits.take('a', 99).allowed).toBe(false);
  expect(limits.take('a', 100).allowed).toBe(true);
  expect(limits.take('a', 100).allowed).toBe(false);
});

test('what was refused costs nothing', () => {
  const limits = new RateLimits({ requestsPerMinute: 60, burst: 1 });
  expect(limits.take('a', 0).allowed).toBe(true);
  for (let now = 1; now < 1_000; now += 10) expect(limits.take('a', now).allowed).toBe(false);
  expect(limits.take('a', 1_000).allowed).toBe(true);
});

test('one has nothing to do with another, and a rest fills the burst', () => {
  const limits = new RateLimits({ requestsPerMinute: 60, burst: 2 });
  for (const who of ['a', 'b']) expect([1, 2, 3].map(() => limits.take(who, 0).allowed)).toEqual([true, true, false]);
  expect([1, 2, 3].map(() => limits.take('a', 120_000).allowed)).toEqual([true, true, false]);
});
