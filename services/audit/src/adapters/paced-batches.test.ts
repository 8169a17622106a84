import { describe, expect, it } from 'vitest';
import { paceBatches } from './paced-batches.ts';

describe('pacing batches', () => {
  it('lets the first through at once and leaves the interval between the starts of two', async () => {
    const starts: number[] = [];
    const paced = paceBatches(40, async (batch: number) => {
      starts.push(performance.now());
      return batch * 2;
    });
    const began = performance.now();
    expect([await paced(1), await paced(2), await paced(3)]).toEqual([2, 4, 6]);
    // Timers may fire up to a millisecond early.
    expect(performance.now() - began).toBeGreaterThanOrEqual(78);
    expect(starts).toHaveLength(3);
  });

  it('does not wait when the interval has passed', async () => {
    let clockReads = 0;
    const paced = paceBatches(0, async () => ++clockReads);
    expect([await paced(null), await paced(null)]).toEqual([1, 2]);
  });
});
