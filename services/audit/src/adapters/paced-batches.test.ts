import { describe, expect, it } from 'vitest';
import { paceBatches } from './paced-batches.ts';

const hour = 3_600_000;

describe('pacing batches', () => {
  it('lets the first through at once and leaves the interval between the starts of two', async () => {
    const paced = paceBatches({ intervalMs: 40, fullLength: 5 }, async (batch: readonly number[]) => batch.length);
    const began = performance.now();
    expect([await paced([1]), await paced([1, 2]), await paced([])]).toEqual([1, 2, 0]);
    // Timers may fire up to a millisecond early.
    expect(performance.now() - began).toBeGreaterThanOrEqual(78);
  });

  it('does not make a full batch wait, for there is more behind it', async () => {
    const paced = paceBatches({ intervalMs: hour, fullLength: 2 }, async (batch: readonly number[]) => batch.length);
    expect([await paced([1]), await paced([1, 2]), await paced([1, 2, 3])]).toEqual([1, 2, 3]);
  });
});
