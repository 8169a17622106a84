import { expect, it } from 'vitest';
import { CircuitBreaker } from './circuit-breaker.ts';
import { TokenBucket } from './token-bucket.ts';

it('lets a burst through, then as many as come in', () => {
  const bucket = new TokenBucket(10, 2, 0);
  expect([0, 0, 0, 50, 100, 100].map((now) => bucket.take(now))).toEqual([true, true, false, false, true, false]);
});

it('leaves a failing upstream alone, then tries it with one call', () => {
  const breaker = new CircuitBreaker(2, 1_000);
  breaker.failed(0);
  expect(breaker.allows(1)).toBe(true);
  breaker.failed(1);
  expect(breaker.allows(1_000)).toBe(false);
  expect([breaker.allows(1_001), breaker.allows(1_002)]).toEqual([true, false]);
  breaker.succeeded();
  expect(breaker.allows(1_003)).toBe(true);
});
