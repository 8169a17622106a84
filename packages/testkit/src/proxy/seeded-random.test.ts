import { expect, test } from 'vitest';
import { seededRandom } from './seeded-random.ts';

const take = (seed: number, count: number) => Array.from({ length: count }, seededRandom(seed));

test('the seed alone decides the numbers, and another seed gives others', () => {
  expect(take(5, 20)).toEqual(take(5, 20));
  expect(take(5, 20)).not.toEqual(take(6, 20));
});

test('numbers lie from 0 up to 1, spread evenly', () => {
  const numbers = take(1, 10_000);
  expect(Math.min(...numbers)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...numbers)).toBeLessThan(1);
  const tenths = Array.from({ length: 10 }, (_, tenth) => numbers.filter((n) => Math.floor(n * 10) === tenth).length);
  for (const count of tenths) expect(Math.abs(count - 1_000)).toBeLessThan(150);
});
