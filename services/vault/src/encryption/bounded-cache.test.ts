import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BoundedCache } from './bounded-cache.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const options = { maxEntries: 2, ttlMs: 60_000, failureHoldMs: 500 };

/** A cache whose loads are counted by id. */
function counted() {
  const cache = new BoundedCache<string>(options);
  const loads: string[] = [];
  const get = (id: string) => cache.get(id, async () => `${id}${loads.push(id)}`);
  return { cache, loads, get };
}

describe('BoundedCache', () => {
  it('loads once for callers at the same time and for those after, until the time is up', async () => {
    const { cache, loads, get } = counted();
    expect(await Promise.all([get('a'), get('a')])).toEqual(['a1', 'a1']);
    vi.advanceTimersByTime(59_999);
    expect(await get('a')).toBe('a1');
    vi.advanceTimersByTime(1);
    expect(cache.size).toBe(0);
    expect(await get('a')).toBe('a2');
    expect(loads).toEqual(['a', 'a']);
  });

  it('is not kept alive by use', async () => {
    const { get } = counted();
    for (let i = 0; i < 10; i++) {
      await get('a');
      vi.advanceTimersByTime(10_000);
    }
    expect(await get('a')).toBe('a2');
  });

  it('drops the least recently used when it is full', async () => {
    const { cache, loads, get } = counted();
    await get('a');
    await get('b');
    await get('a');
    await get('c');
    expect(cache.size).toBe(2);
    await get('a');
    await get('b');
    expect(loads).toEqual(['a', 'b', 'c', 'b']);
  });

  it('holds a failure for a moment, so that many callers make one load', async () => {
    const { cache, loads, get } = counted();
    const fail = () => cache.get('a', async () => Promise.reject(new Error(`down ${loads.push('a')}`)));
    await expect(fail()).rejects.toThrow('down 1');
    await expect(fail()).rejects.toThrow('down 1');
    await expect(get('a')).rejects.toThrow('down 1');
    vi.advanceTimersByTime(500);
    expect(await get('a')).toBe('a2');
  });

  it('takes a value that was made elsewhere, in place of a held failure too', async () => {
    const { cache, get } = counted();
    await expect(cache.get('a', async () => Promise.reject(new Error('down')))).rejects.toThrow('down');
    cache.put('a', 'made');
    expect(await get('a')).toBe('made');
    vi.advanceTimersByTime(500);
    expect(await get('a')).toBe('made');
  });

  it('forgets everything when cleared, and leaves no timer', async () => {
    const { cache, get } = counted();
    await get('a');
    await get('b');
    cache.clear();
    expect([cache.size, vi.getTimerCount()]).toEqual([0, 0]);
  });
});
