import type { Principal } from '@patchbay/identity';
import { expect, test } from 'vitest';
import { heldExport } from './held-export.ts';

function setup() {
  let [open, end] = [0, () => {}];
  const left = new AbortController();
  const sessions = {
    open(_: Principal, ended: () => void) {
      open++;
      end = ended;
      return { close: () => void open-- };
    },
  };
  async function* pieces() {
    for (const text of ['a', 'b', 'c']) yield { text };
  }
  return {
    taken: heldExport(pieces(), { principal: {} as Principal, sessions, left: left.signal }),
    end: () => end(),
    leave: () => left.abort(),
    open: () => open,
  };
}

async function all(texts: AsyncIterable<string>): Promise<string> {
  let whole = '';
  for await (const text of texts) whole += text;
  return whole;
}

test('an export is handed on whole while its key is taken', async () => {
  const { taken, open } = setup();
  expect([await all(taken), open()]).toEqual(['abc', 0]);
});

test('it breaks off with its key, and ends with whoever takes it', async () => {
  const one = setup();
  expect((await one.taken.next()).value).toBe('a');
  one.end();
  await expect(one.taken.next()).rejects.toMatchObject({ code: 'not_authenticated' });
  const other = setup();
  await other.taken.next();
  other.leave();
  expect([(await other.taken.next()).done, one.open(), other.open()]).toEqual([true, 0, 0]);
});
