import { describe, expect, test } from 'vitest';
import { Turns } from './turns.ts';

const told = { waitMs: 30, intervalMs: 100 };

describe('turns at a full limit', () => {
  test('are one interval apart, each given once', () => {
    const turns = new Turns();
    expect(turns.waitAt('k', 0)).toBe(0);
    turns.heard('acme', 'k', told, 0);
    const waits = [0, 0, 10].map((now) => {
      const wait = turns.waitAt('k', now);
      turns.take('k');
      return wait;
    });
    expect(waits).toEqual([30, 130, 220]);
    expect(turns.waitAt('other', 0)).toBe(0);
  });

  test('are asked for anew once the last has come', () => {
    const turns = new Turns();
    turns.heard('acme', 'k', told, 0);
    expect(turns.waitAt('k', 29.9)).toBeGreaterThan(0);
    expect(turns.waitAt('k', 30)).toBe(0);
  });

  test('are never before those given away, whatever the counter says then', () => {
    const turns = new Turns();
    turns.heard('acme', 'k', told, 0);
    turns.take('k');
    turns.heard('acme', 'k', told, 0);
    expect(turns.waitAt('k', 0)).toBe(130);
  });

  test('count for a second, so that a limit that was raised is seen', () => {
    const turns = new Turns();
    turns.heard('acme', 'k', { waitMs: 60_000, intervalMs: 60_000 }, 0);
    expect(turns.waitAt('k', 999)).toBe(59_001);
    expect(turns.waitAt('k', 1_000)).toBe(0);
  });

  test('say of a tenant for how long one of its limits may be full', () => {
    const turns = new Turns();
    turns.heard('acme', 'k', told, 0);
    expect([turns.isStrained('acme', 129), turns.isStrained('rival', 129)]).toEqual([true, false]);
    expect([turns.isStrained('acme', 130), turns.isStrained('acme', 0)]).toEqual([false, false]);
  });

  test('keep so many limits and tenants at most, the newest', () => {
    const turns = new Turns(2);
    for (const name of ['a', 'b', 'c']) turns.heard(name, name, told, 0);
    expect(['a', 'b', 'c'].map((name) => turns.waitAt(name, 0))).toEqual([0, 30, 30]);
    expect(['a', 'b', 'c'].map((name) => turns.isStrained(name, 0))).toEqual([false, true, true]);
  });
});
