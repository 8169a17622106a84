import { describe, expect, it } from 'vitest';
import type { ExecuteOutcome } from '../engine-types.ts';
import { ReadStore } from './read-store.ts';

const outcome = (output: unknown): ExecuteOutcome => ({
  status: 'succeeded',
  output,
  error: null,
  attempts: 1,
  upstreamMs: 1,
  upstreamStatus: 200,
  truncated: false,
  streamed: { delivered: 0, cutBy: null },
});

describe('ReadStore', () => {
  it('holds a bounded number of answers, the least used going first', () => {
    const store = new ReadStore();
    for (let i = 0; i < 5_000; i++) store.set(`k${i}`, 'g', outcome(i), 100);
    expect(store.get('k0', 0)?.output).toBe(0);
    store.set('one more', 'g', outcome(1), 100);
    expect(store.size.entries).toBe(5_000);
    expect(store.get('k0', 0)).not.toBeNull();
    expect(store.get('k1', 0)).toBeNull();
  });

  it('holds a bounded number of bytes, and no answer that is large by itself', () => {
    const store = new ReadStore();
    store.set('large', 'g', outcome('x'.repeat(140_000)), 100);
    expect(store.size).toEqual({ entries: 0, bytes: 0 });
    for (let i = 0; i < 145; i++) store.set(`k${i}`, 'g', outcome('x'.repeat(120_000)), 100);
    expect(store.size.bytes).toBeLessThanOrEqual(32 * 1_048_576);
    expect(store.size.entries).toBeGreaterThan(100);
    expect(store.get('k0', 0)).toBeNull();
    store.forget(() => true);
    expect(store.size).toEqual({ entries: 0, bytes: 0 });
  });

  it('forgets an answer when its time is up, and counts one that is replaced once', () => {
    const store = new ReadStore();
    store.set('k', 'g', outcome('old'), 100);
    store.set('k', 'g', outcome('newer'), 100);
    expect(store.size).toEqual({ entries: 1, bytes: 2 * '"newer"'.length });
    expect(store.get('k', 99)?.output).toBe('newer');
    expect(store.get('k', 100)).toBeNull();
    expect(store.size.entries).toBe(0);
  });
});
