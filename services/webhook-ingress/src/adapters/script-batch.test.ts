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

  test('gather while one is under way, and go when it is answered', async () => {
    const open: ((answers: readonly number[]) => void)[] = [];
    const asked: (readonly number[])[] = [];
    const batch = new ScriptBatch<number, number>((numbers) => {
      asked.push(numbers);
      return new Promise((resolve) => open.push(resolve));
    }, 10);
    const first = batch.add(1);
    await vi.waitFor(() => expect(asked).toEqual([[1]]));
    const later = [batch.add(2), batch.add(3)];
    expect(asked).toEqual([[1]]);
    open[0]?.([10]);
    expect(await first).toBe(10);
    await vi.waitFor(() => expect(asked).toEqual([[1], [2, 3]]));
    open[1]?.([20, 30]);
    expect(await Promise.all(later)).toEqual([20, 30]);
  });

  test('that gathered behind one that failed are asked all the same', async () => {
    let failing = true;
    const batch = new ScriptBatch<number, number>(async (numbers) => {
      await new Promise((resolve) => setImmediate(resolve));
      if (failing) throw new Error('away');
      return numbers;
    }, 10);
    const first = batch.add(1);
    await new Promise((resolve) => setImmediate(resolve));
    const second = batch.add(2);
    await expect(first).rejects.toThrow('away');
    failing = false;
    expect(await second).toBe(2);
  });

  test('do not wait for one that nobody answers', async () => {
    const batch = new ScriptBatch<number, number>(
      (numbers) => (numbers[0] === 1 ? new Promise(() => {}) : Promise.resolve(numbers)),
      10,
    );
    void batch.add(1);
    await new Promise((resolve) => setImmediate(resolve));
    expect(await batch.add(2)).toBe(2);
  });

  test('wait for others without hurry', async () => {
    const asked: (readonly number[])[] = [];
    const ask = (numbers: readonly number[]) => {
      asked.push(numbers);
      return Promise.resolve(numbers);
    };
    const batch = new ScriptBatch<number, number>(ask, 10, { hurry: false });
    const first = batch.add(1);
    await new Promise((resolve) => setImmediate(resolve));
    expect(await Promise.all([first, batch.add(2)])).toEqual([1, 2]);
    expect(asked).toEqual([[1, 2]]);
  });
});
