import { describe, expect, test, vi } from 'vitest';
import { newEvent } from '../../test/new-event.ts';
import { NotPersisted } from './ports.ts';
import { createSettleLater } from './settle-later.ts';

const times = { gapMs: 5, forMs: 100 };

function parts(publish: () => Promise<{ duplicate: boolean }>) {
  const [promote, release, extend] = [vi.fn(async () => {}), vi.fn(async () => {}), vi.fn(async () => {})];
  const published = vi.fn(publish);
  const later = createSettleLater({ stream: { publish: published }, claims: { extend } }, times);
  return { later, published, promote, release, extend, ends: { promote, release } };
}

describe('an event whose publish nobody answered', () => {
  test('is published again until the stream answers, with its claim held, and then counts as persisted', async () => {
    const answers = [new Error('timeout'), new NotPersisted('away'), { duplicate: true }];
    const { later, published, promote, release, extend, ends } = parts(async () => {
      const next = answers.shift();
      if (next instanceof Error) throw next;
      return next as { duplicate: boolean };
    });
    const one = newEvent();
    later.settle(one, 'token', ends);
    expect(later.open).toBe(1);
    await vi.waitFor(() => expect(promote).toHaveBeenCalledTimes(1));
    expect(published.mock.calls).toEqual([
      [one.event, one.payload],
      [one.event, one.payload],
      [one.event, one.payload],
    ]);
    expect(extend).toHaveBeenCalledTimes(3);
    expect(release).not.toHaveBeenCalled();
    await vi.waitFor(() => expect(later.open).toBe(0));
  });

  test('is given up after a while, well before the stream forgets its id, and its claim given back', async () => {
    const { later, promote, release, ends } = parts(() => Promise.reject(new Error('timeout')));
    later.settle(newEvent(), 'token', ends);
    await vi.waitFor(() => expect(release).toHaveBeenCalledTimes(1));
    expect(promote).not.toHaveBeenCalled();
  });

  test('is no longer asked after when the service stops, and there are never more than a thousand', async () => {
    const { later, published, ends } = parts(() => Promise.reject(new Error('timeout')));
    for (let count = 0; count < 1_200; count++) later.settle(newEvent(), null, ends);
    expect(later.open).toBe(1_000);
    later.stop();
    later.settle(newEvent(), null, ends);
    await vi.waitFor(() => expect(later.open).toBe(0));
    expect(published.mock.calls.length).toBeLessThanOrEqual(1_000);
  });
});
