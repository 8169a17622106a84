import { describe, expect, test, vi } from 'vitest';
import { ScriptBatch } from './script-batch.ts';

describe('questions of one turn', () => {
  test('go together, in parts that are not too large, and each gets its own answer', async () => {
    const ask = vi.fn(async (numbers: readonly number[]) => numbers.map((number) => 2 * number));
    const batch = new ScriptBatch(ask, 3);
    expect(await Promise.all([1, 2, 3, 4].map((number) => batch.add(number)))).toEqual([2, 4, 6, 8]);
    expect(ask.mock.calls).toEqual([[[1, 2, 3]], [[4]]]);
    expect(await batch.add(5)).toBe(10);
    expect(ask).toHaveBeenCalledTimes(3);
  });

  test('that fail, fail for those that asked them alone', async () => {
    const batch = new ScriptBatch(async ([first]: readonly number[]) => {
      if (first === 1) throw new Error('away');
      return [0];
    }, 1);
    const settled = await Promise.allSettled([batch.add(1), batch.add(2)]);
    expect(settled.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
  });
});
