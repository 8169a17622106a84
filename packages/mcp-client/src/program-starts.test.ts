import { expect, test } from 'vitest';
import { ProgramStarts } from './program-starts.ts';

test('a program is started again at once, then after ever longer waits, until it works', () => {
  const starts = new ProgramStarts();
  const waits = Array.from({ length: 10 }, () => {
    starts.failed('desk', 1_000);
    return starts.waitMs('desk', 1_000);
  });
  expect(waits).toEqual([0, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
  expect(starts.waitMs('desk', 61_000)).toBe(0);
  starts.worked('desk');
  starts.failed('desk', 70_000);
  expect(starts.waitMs('desk', 70_000)).toBe(0);
  expect(starts.waitMs('other', 0)).toBe(0);
});
