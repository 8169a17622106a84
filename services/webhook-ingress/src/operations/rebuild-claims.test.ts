import { newId, type WebhookEvent } from '@patchbay/contracts';
import { describe, expect, test, vi } from 'vitest';
import { newEvent } from '../../test/new-event.ts';
import { createRebuildClaims, type RebuildClaimsPorts, type RememberedEvent } from './rebuild-claims.ts';

const hourMs = 3_600_000;
const now = Date.parse('2026-11-29T12:00:00.000Z');
const source = newId('webhookSource');
const eventAt = (hoursAgo: number, over: Partial<WebhookEvent> = {}) =>
  newEvent({ source, received_at: new Date(now - hoursAgo * hourMs).toISOString(), ...over }).event;

function parts(events: readonly WebhookEvent[], over: Partial<RebuildClaimsPorts['memory']> = {}) {
  const remembered: RememberedEvent[] = [];
  const asked: number[] = [];
  const memory = {
    remember: vi.fn(async (some: readonly RememberedEvent[]) => void remembered.push(...some)),
    isComplete: vi.fn(async () => true),
    markComplete: vi.fn(async () => {}),
    ...over,
  };
  const rebuild = createRebuildClaims({
    memory,
    history: {
      async *since(time) {
        asked.push((now - time.getTime()) / hourMs);
        yield events;
      },
    },
    windowHours: () => 100,
    longestWindowHours: () => 100,
    report: () => {},
    now: () => now,
  });
  return { rebuild, remembered, asked, memory };
}

describe('what Redis knows of events', () => {
  test('is read from the stream since it went away, each for what is left of its window', async () => {
    const events = [
      eventAt(1),
      eventAt(99, { guard_key: 'b'.repeat(64) }),
      eventAt(101),
      eventAt(1, { dedup_key: null }),
    ];
    const { rebuild, remembered, asked, memory } = parts(events);
    await rebuild.run(now - hourMs);
    expect(asked).toEqual([1]);
    expect(remembered.map(({ eventId, forMs, keys }) => [eventId, forMs / hourMs, keys.length])).toEqual([
      [events[0]?.id, 99, 1],
      [events[1]?.id, 1, 2],
    ]);
    expect(memory.markComplete).not.toHaveBeenCalled();
    expect(rebuild.running).toBe(false);
  });

  test('is read for the whole window when it lost all of it, and only then called complete', async () => {
    const { rebuild, asked, memory } = parts([], { isComplete: async () => false });
    await rebuild.run(now - 1);
    expect(asked).toEqual([100]);
    expect(memory.markComplete).toHaveBeenCalledTimes(1);
  });

  test('is read again when that failed, from the earliest time that anybody asked for', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    try {
      const failures = [new Error('away'), new Error('away')];
      const { rebuild, asked } = parts([eventAt(1)], {
        isComplete: async () => {
          const failure = failures.shift();
          if (failure !== undefined) throw failure;
          return true;
        },
      });
      const done = rebuild.run(now - 2 * hourMs);
      void rebuild.run(now - 5 * hourMs);
      await vi.advanceTimersByTimeAsync(10_000);
      await done;
      expect(Math.max(...asked)).toBe(5);
    } finally {
      vi.useRealTimers();
    }
  });

  test('is not asked for any more once the service stops', async () => {
    const { rebuild, memory } = parts([], { isComplete: () => Promise.reject(new Error('away')) });
    rebuild.stop();
    await rebuild.run(now);
    expect(memory.remember).not.toHaveBeenCalled();
  });
});
