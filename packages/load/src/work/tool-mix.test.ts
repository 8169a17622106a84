import { expect, test } from 'vitest';
import { callOfMix } from './tool-mix.ts';

const read = { tool: 'read', arguments: { id: 'C-{n}', tags: ['a{n}', 3] }, weight: 3 };
const write = { tool: 'write', arguments: {}, weight: 1 };

test('tools have their turn by weight, the same whenever a number is asked for', () => {
  const callOf = callOfMix([read, write], { keys: 'none', run: 'run' });
  const tools = Array.from({ length: 400 }, (_, i) => callOf(i).tool);
  expect(tools.filter((tool) => tool === 'write')).toHaveLength(100);
  for (let at = 0; at + 4 <= 400; at += 4) expect(tools.slice(at, at + 4).filter((t) => t === 'write')).toHaveLength(1);
  expect(callOf(7)).toEqual(callOf(7));
  expect(callOf(7)).not.toHaveProperty('idempotencyKey');
  expect(callOf(4)).toMatchObject({ tool: 'read', arguments: { id: 'C-4', tags: ['a4', 3] } });
});

test('new keys are never the same, and those of two loads neither', () => {
  const keys = ['one', 'two'].flatMap((run) => {
    const callOf = callOfMix([read, write], { keys: 'new', run });
    return Array.from({ length: 100 }, (_, i) => callOf(i).idempotencyKey);
  });
  expect(new Set(keys).size).toBe(200);
});

test('keys in turn are so many for each tool, each with the arguments it had', () => {
  const callOf = callOfMix([read, write], { keys: 5, run: 'run' });
  const calls = Array.from({ length: 200 }, (_, i) => callOf(i));
  const byKey = Map.groupBy(calls, ({ idempotencyKey }) => idempotencyKey);
  expect(byKey.size).toBe(10);
  for (const same of byKey.values()) for (const one of same) expect(one).toEqual(same[0]);
});

test('a mix of nothing is none', () => {
  expect(() => callOfMix([], { keys: 'none', run: 'run' })).toThrow(RangeError);
  expect(() => callOfMix([{ ...read, weight: 0 }], { keys: 'none', run: 'run' })).toThrow(RangeError);
});
