import { describe, expect, it } from 'vitest';
import { isDead, retryDelayMs, sinkAnswerOf } from './sink-retry.ts';

describe('after a failure', () => {
  it('the wait is anything up to a bound that doubles, and never beyond a minute', () => {
    expect([1, 2, 3, 7, 100].map((failures) => retryDelayMs(failures, 0.5, null))).toEqual([
      500, 1_000, 2_000, 30_000, 30_000,
    ]);
    expect([retryDelayMs(5, 0, null), retryDelayMs(50, 0.999_999, null)]).toEqual([0, 60_000]);
  });

  it('it is at least what the target asks for, as far as that is sensible', () => {
    expect([retryDelayMs(1, 0, 30_000), retryDelayMs(1, 0, 86_400_000)]).toEqual([30_000, 600_000]);
  });

  it.each([
    [200, 'taken'],
    [204, 'taken'],
    [413, 'too_much'],
    [400, 'too_much'],
    [422, 'too_much'],
    [401, 'failed'],
    [302, 'failed'],
    [429, 'failed'],
    [503, 'failed'],
  ])('an answer of %s means: %s', (status, kind) => expect(sinkAnswerOf(status, null).kind).toBe(kind));

  it('a target is dead once it failed often enough and long enough', () => {
    const rule = { failures: 10, failingForMs: 60_000 };
    expect([isDead(rule, 9, 90_000), isDead(rule, 10, 59_999), isDead(rule, 10, 60_000)]).toEqual([false, false, true]);
  });
});
