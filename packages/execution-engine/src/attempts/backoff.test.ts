import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { backoffMs, sleepUntilAborted } from './backoff.ts';

const retry = { max_attempts: 5, backoff: 'exponential', base_ms: 100, cap_ms: 1_000 } as const;

describe('backoffMs', () => {
  it('is uniform between nothing and the doubled base, capped', () => {
    for (const [attempt, top] of [
      [1, 100],
      [2, 200],
      [3, 400],
      [4, 800],
      [5, 1_000],
      [60, 1_000],
    ] as const) {
      const waits = Array.from({ length: 10_000 }, () => backoffMs(retry, attempt, Math.random)).sort((a, b) => a - b);
      expect(waits.at(0)).toBeGreaterThanOrEqual(0);
      expect(waits.at(-1)).toBeLessThan(top);
      // Kolmogorov–Smirnov against the uniform distribution; 1.95 is passed by chance once in a thousand runs.
      const distance = Math.max(...waits.map((wait, i) => Math.abs(wait / top - (i + 0.5) / waits.length)));
      expect(distance * Math.sqrt(waits.length)).toBeLessThan(2.5);
    }
  });

  it('is the base when fixed, and nothing when there is none', () => {
    expect(backoffMs({ ...retry, backoff: 'fixed' }, 4, Math.random)).toBe(100);
    expect(backoffMs({ ...retry, backoff: 'fixed', cap_ms: 50 }, 4, Math.random)).toBe(50);
    expect(backoffMs({ ...retry, backoff: 'none' }, 4, Math.random)).toBe(0);
  });
});

describe('sleepUntilAborted', () => {
  it('ends when the time is up, and when the signal aborts, leaving no listener behind', async () => {
    const controller = new AbortController();
    await sleepUntilAborted(1, controller.signal);
    await sleepUntilAborted(1, undefined);
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
    const long = sleepUntilAborted(60_000, controller.signal);
    controller.abort();
    await long;
    await sleepUntilAborted(60_000, controller.signal);
  });
});
