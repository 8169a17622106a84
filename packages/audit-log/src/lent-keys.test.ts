import { PatchbayError } from '@patchbay/contracts';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LentKeys } from './lent-keys.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function stage() {
  const wiped: string[] = [];
  const asked: string[] = [];
  const keys = new LentKeys<string>({ lifeMs: 1_000, most: 2, wipe: (key) => void wiped.push(key) });
  const ask = async () => {
    asked.push('');
    return `key ${asked.length}`;
  };
  return { keys, wiped, asked, ask };
}

describe('lent keys', () => {
  it('are asked for once by all who want them, and gone and wiped after their life though nobody looks', async () => {
    const { keys, wiped, ask, asked } = stage();
    expect(keys.now('acme', ask)).toBeNull();
    expect(await Promise.all([keys.get('acme', ask), keys.get('acme', ask)])).toEqual(['key 1', 'key 1']);
    expect(keys.now('acme', ask)).toBe('key 1');
    expect(asked).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(keys.now('acme', ask)).toBeNull();
    expect(wiped).toEqual(['key 1']);
  });

  it('are renewed in use, and serve to their end while nobody lends', async () => {
    const { keys, ask } = stage();
    await keys.get('acme', ask);
    await vi.advanceTimersByTimeAsync(700);
    const away = async (): Promise<string> => {
      throw new PatchbayError('vault_unavailable');
    };
    expect(keys.now('acme', away)).toBe('key 1');
    await vi.advanceTimersByTimeAsync(1);
    expect(keys.now('acme', ask)).toBe('key 1');
    await vi.advanceTimersByTimeAsync(1);
    expect(keys.now('acme', ask)).toBe('key 2');
  });

  it('are forgotten when they are refused for good', async () => {
    const { keys, ask } = stage();
    await keys.get('acme', ask);
    await vi.advanceTimersByTimeAsync(700);
    keys.now('acme', async () => {
      throw new PatchbayError('not_found');
    });
    await vi.advanceTimersByTimeAsync(1);
    expect(keys.size).toBe(0);
  });

  it('that were on their way when they were forgotten are not held', async () => {
    const { keys, ask } = stage();
    const early = Promise.withResolvers<string>();
    const got = keys.get('acme', () => early.promise);
    keys.forgetWhere((name) => name === 'acme');
    early.resolve('old');
    await got;
    expect(keys.size).toBe(0);
    expect(await keys.get('acme', ask)).toBe('key 1');
  });

  it('are so many at most', async () => {
    const { keys, wiped, ask } = stage();
    for (const name of ['a', 'b', 'c']) await keys.get(name, ask);
    expect([keys.size, wiped]).toEqual([2, ['key 1']]);
  });
});
