import { defaultRetrySchedule } from '@patchbay/contracts';
import { describe, expect, test } from 'vitest';
import { maxRetryAfterMs, nextWaitMs, systemPatienceMs, systemWaitMs } from './retry-schedule.ts';

const hour = 3_600_000;
const plain = { schedule_ms: [...defaultRetrySchedule], jitter: 0 };
const jittered = { ...plain, jitter: 0.2 };

describe('the schedule', () => {
  test('spreads eleven attempts over three days', () => {
    let elapsed = 0;
    const at = [0];
    for (let attempts = 1; ; attempts++) {
      const wait = nextWaitMs(plain, attempts, null, () => 0.5);
      if (wait === null) break;
      elapsed += wait;
      at.push(elapsed);
    }
    expect(at).toHaveLength(11);
    expect(at.slice(0, 4)).toEqual([0, 5_000, 35_000, 155_000]);
    expect(elapsed / hour).toBeGreaterThan(68);
    expect(elapsed / hour).toBeLessThan(72);
  });

  test.each([
    [0, 0.8],
    [0.5, 1],
    [0.999_999, 1.2],
  ])('is drawn around the plan: %f gives %f of it', (drawn, share) => {
    for (const [index, planned] of defaultRetrySchedule.entries())
      expect((nextWaitMs(jittered, index + 1, null, () => drawn) as number) / planned).toBeCloseTo(share, 3);
  });

  test('ends where its waits end', () => {
    expect(nextWaitMs({ schedule_ms: [], jitter: 0 }, 1, null, () => 0)).toBeNull();
    expect(nextWaitMs({ schedule_ms: [10], jitter: 0 }, 2, 1_000, () => 0)).toBeNull();
  });
});

describe("a target's Retry-After", () => {
  test('counts where it is longer than the plan', () => {
    expect(nextWaitMs(plain, 1, 60_000, () => 0.5)).toBe(60_000);
    expect(nextWaitMs(plain, 1, 4_000, () => 0.5)).toBe(5_000);
  });

  test('is followed for an hour at most', () => {
    expect(nextWaitMs(plain, 1, 400 * hour, () => 0.5)).toBe(maxRetryAfterMs);
  });
});

describe('after failures of ours', () => {
  test('waits grow and stay below the patience', () => {
    const waits = Array.from({ length: 20 }, (_, index) => systemWaitMs(index + 1));
    expect(waits).toEqual(waits.toSorted((a, b) => a - b));
    expect(waits.at(-1)).toBeLessThan(systemPatienceMs);
    expect(systemWaitMs(0)).toBe(waits[0]);
  });
});
