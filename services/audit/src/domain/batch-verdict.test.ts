import { describe, expect, it } from 'vitest';
import { decideVerdict } from './batch-verdict.ts';

describe('acknowledging', () => {
  it('acknowledges what is committed', () => expect(decideVerdict({ kind: 'committed' })).toEqual({ ack: true }));

  it('never acknowledges while the store is away, and waits longer each time up to a limit', () => {
    const delays = [1, 2, 3, 6, 2_000].map((failures) => decideVerdict({ kind: 'unavailable', failures }));
    expect(delays).toEqual([500, 1_000, 2_000, 15_000, 15_000].map((retryAfterMs) => ({ ack: false, retryAfterMs })));
  });
});
