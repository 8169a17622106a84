import { describe, expect, it } from 'vitest';
import { addCheckpointUrl, askWitness, type WitnessReply } from './ask-witness.ts';

const hash = Buffer.alloc(32, 7);

/** A witness that answers what it is told to, one after the other, and which sizes it was asked from. */
async function ask(oldSize: number, replies: readonly WitnessReply[]) {
  const from: number[] = [];
  const proven: number[] = [];
  const told = await askWitness({
    note: 'note\n',
    size: 20,
    oldSize,
    proofFrom: async (size) => {
      proven.push(size);
      return [hash];
    },
    post: async (body) => {
      from.push(Number(/^old (\d+)\n/.exec(body)?.[1]));
      return replies[from.length - 1] ?? { status: 500, text: 'asked too often' };
    },
  });
  return { from, proven, told };
}
const has = (size: number) => ({ status: 409, text: `${size}\n` });

describe('asking a witness', () => {
  it('proves nothing where there is nothing to prove', async () => {
    for (const oldSize of [0, 20])
      expect(await ask(oldSize, [{ status: 200, text: 'line' }])).toMatchObject({
        proven: [],
        told: { kind: 'signed', reply: { text: 'line' } },
      });
  });

  it('asks again from the size that the witness has, as often as that moves, and no more than five times', async () => {
    expect(await ask(3, [has(10), has(12), { status: 200, text: '' }])).toMatchObject({
      from: [3, 10, 12],
      proven: [3, 10, 12],
      told: { kind: 'signed' },
    });
    expect((await ask(1, [2, 3, 4, 5, 6, 7].map(has))).told).toEqual({ kind: 'refused', reply: has(6) });
  });

  it('does not ask again of one that has more, that says the same size or no size, or that refuses', async () => {
    expect(await ask(3, [has(21)])).toMatchObject({ from: [3], told: { kind: 'ahead', size: 21 } });
    for (const reply of [has(3), { status: 409, text: '-1' }, { status: 422, text: '10' }])
      expect(await ask(3, [reply])).toMatchObject({ from: [3], told: { kind: 'refused', reply } });
  });

  it('finds the door below the witness’s address', () => {
    for (const url of ['http://w.example/a', 'http://w.example/a/'])
      expect(addCheckpointUrl(url)).toBe('http://w.example/a/add-checkpoint');
  });
});
