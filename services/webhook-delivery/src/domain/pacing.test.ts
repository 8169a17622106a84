import { describe, expect, test } from 'vitest';
import { partOfConcurrency, partOfRate, type Rate, takeTurn } from './pacing.ts';

/** When each of `count` turns comes that are asked for at once, in milliseconds. */
function turns(rate: Rate, count: number, now = 1_000): number[] {
  let arrival = 0;
  return Array.from({ length: count }, () => {
    const turn = takeTurn(rate, arrival, now);
    arrival = turn.arrival;
    return turn.waitMs;
  });
}

describe('turns at a rate', () => {
  test('come evenly once the burst is used up', () => {
    expect(turns({ perSecond: 10, burst: 3 }, 6)).toEqual([0, 0, 0, 100, 200, 300]);
  });

  test('come one by one without a burst, also at less than one a second', () => {
    expect(turns({ perSecond: 0.5, burst: 1 }, 3)).toEqual([0, 2_000, 4_000]);
  });

  test('are there again after a quiet time, but no more than the burst', () => {
    const rate = { perSecond: 10, burst: 2 };
    let { arrival } = takeTurn(rate, 0, 0);
    const later: number[] = [];
    for (let i = 0; i < 3; i++) {
      const turn = takeTurn(rate, arrival, 60_000);
      arrival = turn.arrival;
      later.push(turn.waitMs);
    }
    expect(later).toEqual([0, 0, 100]);
  });
});

describe('parts for several processes', () => {
  test('add up to the rate, with a burst of one at least', () => {
    expect(partOfRate({ perSecond: 9, burst: 6 }, 3)).toEqual({ perSecond: 3, burst: 2 });
    expect(partOfRate({ perSecond: 9, burst: 1 }, 3)).toEqual({ perSecond: 3, burst: 1 });
  });

  test('leave each process an attempt', () => {
    expect(partOfConcurrency(8, 1)).toBe(8);
    expect(partOfConcurrency(8, 3)).toBe(3);
    expect(partOfConcurrency(1, 5)).toBe(1);
  });
});
