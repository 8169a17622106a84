import { expect, test } from 'vitest';
import { grows, trendOf } from './slope.ts';

/** Sawtooth between collections, with a little noise: what a heap looks like that does not grow. */
const noise = (i: number) => ((i * 7_919) % 97) / 97;
const heap = (i: number) => 60 + (i % 6) + noise(i) * 4;
const points = (value: (i: number) => number, n = 120) =>
  Array.from({ length: n }, (_, i) => ({ at: i * 10, value: value(i) }));

test('what goes up and down does not grow, and a leak does, however much it goes up and down', () => {
  expect(grows(points(heap), 3)).toBe(false);
  expect(
    grows(
      points((i) => heap(i) + i * 0.05),
      3,
    ),
  ).toBe(true);
  // The same leak is nothing against what may be.
  expect(
    grows(
      points((i) => heap(i) + i * 0.05),
      10,
    ),
  ).toBe(false);
});

test('one descriptor that stays open now and then is found, a steady number of them is not', () => {
  expect(
    grows(
      points(() => 40),
      2,
    ),
  ).toBe(false);
  expect(
    grows(
      points((i) => 40 + (i % 3)),
      2,
    ),
  ).toBe(false);
  expect(
    grows(
      points((i) => 40 + Math.floor(i / 20)),
      2,
    ),
  ).toBe(true);
});

test('one odd value at the end is no trend, and what shrinks does not grow', () => {
  expect(
    grows(
      points((i) => (i === 119 ? 900 : heap(i))),
      3,
    ),
  ).toBe(false);
  const shrinking = trendOf(points((i) => 100 - i));
  expect(shrinking.perSecond).toBeCloseTo(-0.1);
  expect(shrinking.surely).toBeLessThan(-10);
  expect(
    grows(
      points((i) => 100 - i),
      3,
    ),
  ).toBe(false);
});

test('of too few points there is no trend', () => {
  expect(trendOf([])).toEqual({ perSecond: 0, surely: 0, median: 0 });
  expect(grows([{ at: 0, value: 1 }], 0)).toBe(false);
});
