import { expect, test } from 'vitest';
import { laneCount, laneOf, lanesOf, openLane } from './lane.ts';

test('one key is always in one lane, and keys spread over all of them', () => {
  const counts = new Map<string, number>();
  for (let i = 0; i < 8_000; i++) {
    const lane = laneOf(`customer-${i}`);
    expect(laneOf(`customer-${i}`)).toBe(lane);
    counts.set(lane, (counts.get(lane) ?? 0) + 1);
  }
  expect(counts.size).toBe(laneCount);
  for (const count of counts.values()) expect(count).toBeGreaterThan(700);
});

test('what keeps no order lies in the open lane', () => {
  expect(laneOf(null)).toBe(openLane);
  expect(laneOf('')).not.toBe(openLane);
});

test('an ordered subscription works through the open lane too, where older deliveries may lie', () => {
  expect(lanesOf(false)).toEqual([openLane]);
  const lanes = lanesOf(true);
  expect(lanes).toHaveLength(laneCount + 1);
  for (let i = 0; i < 100; i++) expect(lanes).toContain(laneOf(String(i)));
});
