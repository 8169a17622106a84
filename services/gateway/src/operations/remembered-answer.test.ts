import { PatchbayError } from '@patchbay/contracts';
import { describe, expect, test } from 'vitest';
import { requestCipher } from '../adapters/request-cipher.ts';
import { type AskedOnce, type RememberedRequest, type RequestMemory, rememberedAnswer } from './remembered-answer.ts';

function setup() {
  const rows = new Map<string, { request: RememberedRequest; revision: number }>();
  let revision = 0;
  let now = 1_000_000;
  const memory: RequestMemory = {
    read: async (place) => rows.get(place) ?? null,
    async create(place, request) {
      if (rows.has(place)) return null;
      rows.set(place, { request, revision: ++revision });
      return revision;
    },
    async update(place, request, expected) {
      if (rows.get(place)?.revision !== expected) throw new Error('another was first');
      rows.set(place, { request, revision: ++revision });
    },
    async forget(place, expected) {
      if (rows.get(place)?.revision === expected) rows.delete(place);
    },
  };
  const cipher = requestCipher(Buffer.alloc(32, 9));
  const once = rememberedAnswer({ memory, ...cipher, now: () => now });
  let made = 0;
  const ask = (
    over: Partial<AskedOnce> = {},
    work: () => Promise<unknown> = async () => ({ secret: `pbk_${++made}` }),
  ) =>
    once({ tenant: 'acme', principal: 'key_1', operation: 'createKey', key: 'k', input: { name: 'a' }, ...over }, work);
  return { ask, rows, made: () => made, pass: (ms: number) => (now += ms) };
}

const refusal = (code: ConstructorParameters<typeof PatchbayError>[0]) => async () => {
  throw new PatchbayError(code, {});
};

describe('a request with an idempotency key', () => {
  test('is carried out once, and answered the same again', async () => {
    const { ask, made } = setup();
    expect(await ask()).toEqual({ answer: { secret: 'pbk_1' }, repeated: false });
    expect(await ask()).toEqual({ answer: { secret: 'pbk_1' }, repeated: true });
    expect(made()).toBe(1);
  });

  test('that comes with another body is refused, as the same key may not mean two things', async () => {
    const { ask } = setup();
    await ask();
    await expect(ask({ input: { name: 'b' } })).rejects.toMatchObject({ name: 'KeyReused', code: 'invalid_request' });
  });

  test.each([{ principal: 'key_2' }, { operation: 'addConnection' }, { tenant: 'rival' }, { key: 'l' }])(
    'is another with %j',
    async (over) => {
      const { ask, made } = setup();
      await ask();
      expect((await ask(over)).repeated).toBe(false);
      expect(made()).toBe(2);
    },
  );

  test('keeps neither its answer nor what was asked in clear', async () => {
    const { ask, rows } = setup();
    await ask({ input: { credential: 'hunter2' } });
    const stored = JSON.stringify([...rows]);
    expect(stored).toContain('"done"');
    for (const secret of ['pbk_1', 'hunter2', 'key_1', Buffer.from('pbk_1').toString('base64').slice(0, 6)])
      expect(stored).not.toContain(secret);
  });

  test('opens at its own place alone', async () => {
    const { seal, open } = requestCipher(Buffer.alloc(32, 9));
    const sealed = seal('{"a":1}', 'acme.x');
    expect(open(sealed, 'acme.x')).toBe('{"a":1}');
    expect(() => open(sealed, 'rival.x')).toThrow();
    expect(() => requestCipher(Buffer.alloc(32, 8)).open(sealed, 'acme.x')).toThrow();
    expect(seal('{"a":1}', 'acme.x')).not.toBe(sealed);
  });

  test('is told to wait while the first is under way, and that nobody knows once that one was lost', async () => {
    const { ask, pass } = setup();
    const first = Promise.withResolvers<unknown>();
    const running = ask({}, () => first.promise);
    await expect(ask()).rejects.toMatchObject({ code: 'in_progress' });
    pass(181_000);
    await expect(ask()).rejects.toMatchObject({ code: 'outcome_unknown' });
    first.resolve({ secret: 'late' });
    await running;
    expect(await ask()).toEqual({ answer: { secret: 'late' }, repeated: true });
  });

  test.each(['invalid_request', 'not_found', 'overloaded', 'audit_unavailable', 'rate_limited'] as const)(
    'that is refused with %s can be tried again',
    async (code) => {
      const { ask } = setup();
      await expect(ask({}, refusal(code))).rejects.toMatchObject({ code });
      expect(await ask()).toMatchObject({ repeated: false });
    },
  );

  test.each(['internal', 'outcome_unknown', 'upstream_error'] as const)(
    'that failed with %s fails again',
    async (code) => {
      const { ask, made } = setup();
      await expect(ask({}, refusal(code))).rejects.toMatchObject({ code });
      await expect(ask()).rejects.toMatchObject({ code, body: { retryable: false } });
      expect(made()).toBe(0);
    },
  );

  test('whose answer was a defect of ours fails again as one', async () => {
    const { ask } = setup();
    await expect(
      ask({}, async () => {
        throw new TypeError('x');
      }),
    ).rejects.toThrow(TypeError);
    await expect(ask()).rejects.toMatchObject({ code: 'internal' });
  });
});
