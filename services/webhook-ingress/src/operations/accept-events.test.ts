import { describe, expect, test, vi } from 'vitest';
import { newEvent } from '../../test/new-event.ts';
import { createAcceptEvents } from './accept-events.ts';
import { type ClaimEvents, NotPersisted, type PersistEvents } from './ports.ts';

/** Claims as Redis keeps them, in memory. */
function memoryClaims(held = new Map<string, string>()) {
  const claims: ClaimEvents = {
    claim: async (events, token) =>
      events.map(({ keys }) => {
        const values = keys.map((key) => held.get(key)).filter((value) => value !== undefined);
        if (values.some((value) => !value.startsWith('?'))) return 'duplicate';
        if (values.length > 0) return 'pending';
        for (const key of keys) held.set(key, `?${token}`);
        return 'won';
      }),
    promote: async ({ keys }, _token, eventId) => {
      for (const key of keys) held.set(key, eventId);
    },
    release: async ({ keys }) => {
      for (const key of keys) held.delete(key);
    },
    extend: async () => {},
  };
  return { claims, held };
}

function parts(over: { readonly claims?: ClaimEvents; readonly stream?: Partial<PersistEvents> } = {}) {
  const { claims, held } = memoryClaims();
  const stream = {
    publish: vi.fn(async (): Promise<{ duplicate: boolean }> => ({ duplicate: false })),
    keepRequest: vi.fn(async () => {}),
    ...over.stream,
  };
  const later = { settle: vi.fn(), open: 0, stop: () => {} };
  const onClaimsAway = vi.fn();
  const { accept, settled } = createAcceptEvents({
    claims: over.claims ?? claims,
    stream,
    later,
    report: () => {},
    onClaimsAway,
  });
  return { accept, settled, stream, held, later, onClaimsAway };
}

describe('the events of a request', () => {
  test('are each claimed, persisted and remembered, the whole request first and once', async () => {
    const { accept, stream, held } = parts();
    const events = [newEvent(), newEvent()];
    const whole = Buffer.from('[1,2]');
    expect(await accept({ events, request: whole })).toEqual({ accepted: events, duplicates: 0, doubtful: 0 });
    expect(stream.keepRequest).toHaveBeenCalledTimes(1);
    expect([...held.values()].sort()).toEqual(events.map(({ event }) => event.id).sort());
    const again = await accept({ events, request: whole });
    expect(again).toEqual({ accepted: [], duplicates: 2, doubtful: 0 });
    expect(stream.publish).toHaveBeenCalledTimes(2);
  });

  test('that have nothing to tell them by are all persisted', async () => {
    const { accept, stream, held } = parts();
    const one = newEvent({ dedup_key: null });
    for (let time = 0; time < 2; time++) await accept({ events: [one], request: null });
    expect(stream.publish).toHaveBeenCalledTimes(2);
    expect(held.size).toBe(0);
  });

  test('that certainly were not persisted can be claimed at once by the next copy', async () => {
    const { accept, held, later } = parts({ stream: { publish: () => Promise.reject(new NotPersisted('full')) } });
    expect(await accept({ events: [newEvent()], request: null })).toMatchObject({ accepted: [], doubtful: 1 });
    expect(held.size).toBe(0);
    expect(later.settle).not.toHaveBeenCalled();
  });

  test('of which nobody knows keep their claim, and are asked after', async () => {
    const { accept, held, later } = parts({ stream: { publish: () => Promise.reject(new Error('timeout')) } });
    const one = newEvent();
    expect(await accept({ events: [one], request: null })).toMatchObject({ accepted: [], doubtful: 1 });
    expect([...held.values()]).toEqual([expect.stringMatching(/^\?/)]);
    expect(later.settle).toHaveBeenCalledWith(one, expect.any(String), expect.anything());
  });

  test('are not persisted while the request that they are parts of is not kept', async () => {
    const { accept, stream, held } = parts({ stream: { keepRequest: () => Promise.reject(new Error('away')) } });
    const events = [newEvent(), newEvent()];
    expect(await accept({ events, request: Buffer.from('[]') })).toMatchObject({ accepted: [], doubtful: 2 });
    expect(stream.publish).not.toHaveBeenCalled();
    expect(held.size).toBe(0);
  });

  test('that the stream had already are duplicates, whatever Redis says', async () => {
    const { accept, held } = parts({ stream: { publish: async () => ({ duplicate: true }) } });
    expect(await accept({ events: [newEvent()], request: null })).toMatchObject({
      accepted: [],
      duplicates: 1,
      doubtful: 0,
    });
    expect(held.size).toBe(1);
  });

  test('go by the stream alone while Redis is away, also when it goes between claim and promote', async () => {
    const away = () => Promise.reject(new Error('away'));
    const gone = parts({ claims: { claim: away, promote: away, release: away, extend: away } });
    expect(await gone.accept({ events: [newEvent()], request: null })).toMatchObject({ doubtful: 0, duplicates: 0 });
    expect(gone.onClaimsAway).toHaveBeenCalledTimes(1);
    const going = parts({ claims: { ...memoryClaims().claims, promote: away } });
    expect((await going.accept({ events: [newEvent()], request: null })).accepted).toHaveLength(1);
    await going.settled();
    expect(going.onClaimsAway).toHaveBeenCalledTimes(1);
  });

  test('that others are persisting are waited for; those that are not wait for none', async () => {
    const { claims, held } = memoryClaims();
    const { accept, stream } = parts({ claims });
    const [theirs, ours] = [newEvent(), newEvent()];
    const [key = ''] = theirs.claim?.keys ?? [];
    held.set(key, '?another');
    const waiting = accept({ events: [theirs, ours], request: null });
    await vi.waitFor(() => expect(stream.publish).toHaveBeenCalledTimes(1));
    held.set(key, 'evt_theirs');
    expect(await waiting).toEqual({ accepted: [ours], duplicates: 1, doubtful: 0 });
  });

  test('are taken over when those who had them give them back', async () => {
    const { claims, held } = memoryClaims();
    const { accept } = parts({ claims });
    const one = newEvent();
    const [key = ''] = one.claim?.keys ?? [];
    held.set(key, '?another');
    const waiting = accept({ events: [one], request: null });
    setTimeout(() => held.delete(key), 30);
    expect(await waiting).toEqual({ accepted: [one], duplicates: 0, doubtful: 0 });
  });
});
