import { describe, expect, test } from 'vitest';
import { faultKinds } from './fault-kinds.ts';
import { type PlannedFault, planFaults, type Span } from './schedule.ts';

const minute: Span = { seed: 7, fromMs: 2_000, untilMs: 46_000, everyMs: 1_600 };
const seeds = Array.from({ length: 50 }, (_, seed) => seed);
const inWords = (planned: readonly PlannedFault[]) =>
  planned.map(({ atMs, forMs, kind, seed }) => `${atMs} ${forMs} ${kind.name} ${seed}`);

describe('a schedule', () => {
  test('is decided by its seed', () => {
    expect(inWords(planFaults(faultKinds, minute))).toEqual(inWords(planFaults(faultKinds, minute)));
    expect(inWords(planFaults(faultKinds, { ...minute, seed: 8 }))).not.toEqual(
      inWords(planFaults(faultKinds, minute)),
    );
  });

  test.each(seeds)('of seed %i leaves its calm ends calm, and is full of faults between', (seed) => {
    const planned = planFaults(faultKinds, { ...minute, seed });
    expect(planned.length).toBeGreaterThan(15);
    for (const { atMs, forMs } of planned) {
      expect(atMs).toBeGreaterThanOrEqual(minute.fromMs);
      expect(atMs + forMs).toBeLessThanOrEqual(minute.untilMs);
    }
  });

  test.each(seeds)('of seed %i has one thing wrong with a part at a time', (seed) => {
    const wellAt = new Map<string, number>();
    for (const { atMs, forMs, kind } of planFaults(faultKinds, { ...minute, seed, untilMs: 600_000 })) {
      expect(atMs).toBeGreaterThan(wellAt.get(kind.part) ?? 0);
      wellAt.set(kind.part, atMs + forMs);
    }
  });

  test('has each kind once before any twice, and in half an hour each many times', () => {
    const planned = planFaults(faultKinds, { ...minute, untilMs: 1_800_000 }).map(({ kind }) => kind.name);
    const deck = planned.slice(0, faultKinds.length);
    expect(new Set(deck).size).toBe(faultKinds.length);
    const times = faultKinds.map(({ name }) => planned.filter((one) => one === name).length);
    expect(Math.min(...times)).toBeGreaterThan(10);
    expect(Math.max(...times) - Math.min(...times)).toBeLessThanOrEqual(1);
  });
});

test('kinds have names of their own, and rows of the fault list', () => {
  expect(new Set(faultKinds.map(({ name }) => name)).size).toBe(faultKinds.length);
  for (const { row } of faultKinds) expect(row).toMatch(/^F\d+(, F\d+)*$/);
});
