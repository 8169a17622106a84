import { describe, expect, test, vi } from 'vitest';
import { webhookSubscription } from '../domain/event.fixture.ts';
import { laneCount } from '../domain/lane.ts';
import { type RunWorkersPorts, Workers } from './run-workers.ts';

/** Workers that tell what was started and stopped. */
function running(over: Partial<RunWorkersPorts> = {}) {
  const told: string[] = [];
  const state = { processes: 1, now: Date.parse('2026-11-29T12:00:00Z') };
  const workers = new Workers({
    prepare: async () => {},
    async work(_, lane, concurrency, signal) {
      told.push(`${lane} x${concurrency}`);
      return {
        async stop() {
          told.push(`${lane} ${signal.aborted ? 'stopped' : 'left alone'}`);
        },
      };
    },
    processes: () => state.processes,
    now: () => state.now,
    report: () => {},
    ...over,
  });
  return { workers, told, state };
}
const paused = { state: { value: 'paused' as const, reason: null, since: '2026-11-29T00:00:00.000Z' } };

describe('workers', () => {
  test('are there for what is active, and for nothing else', async () => {
    const { workers, told } = running();
    const subscription = webhookSubscription({ concurrency: 4 });
    workers.follow('a', subscription);
    workers.follow('b', webhookSubscription(paused));
    workers.follow('c', webhookSubscription({ expires_at: '2026-11-29T12:00:00.000Z' }));
    await workers.settled();
    expect(told).toEqual(['any x4']);
    expect(workers.size).toBe(1);
    workers.follow('a', { ...subscription, ...paused });
    workers.follow('b', null);
    await workers.settled();
    expect(told).toEqual(['any x4', 'any stopped']);
    expect(workers.size).toBe(0);
  });

  test('are left alone by a change that does not concern them', async () => {
    const { workers, told } = running();
    const subscription = webhookSubscription();
    workers.follow('a', subscription);
    workers.follow('a', { ...subscription, name: 'another', types: ['x'] });
    workers.refresh();
    await workers.settled();
    expect(told).toEqual(['any x8']);
  });

  test('of a subscription that keeps an order are one for each lane, one delivery at a time', async () => {
    const { workers, told } = running();
    const subscription = webhookSubscription();
    workers.follow('a', subscription);
    await workers.settled();
    workers.follow('a', { ...subscription, order_by: '{body.key}' });
    await workers.settled();
    expect(told).toEqual([
      'any x8',
      'any stopped',
      'any x8',
      ...Array.from({ length: laneCount }, (_, i) => `k${i} x1`),
    ]);
  });

  test('share what is at once with other processes, as these come and go', async () => {
    const { workers, told, state } = running();
    workers.follow('a', webhookSubscription({ concurrency: 9 }));
    workers.follow('b', webhookSubscription({ once: true }));
    await workers.settled();
    state.processes = 2;
    workers.refresh();
    await workers.settled();
    expect(told).toEqual(['any x9', 'any x1', 'any stopped', 'any x5']);
  });

  test('end when the time of their subscription is over, and when told to', async () => {
    const { workers, told, state } = running();
    workers.follow('a', webhookSubscription({ expires_at: '2026-11-29T12:00:01.000Z' }));
    workers.follow('b', webhookSubscription());
    await workers.settled();
    state.now += 2_000;
    workers.refresh();
    await workers.settled();
    expect(told).toEqual(['any x8', 'any x8', 'any stopped']);
    await workers.stop();
    expect(told.at(-1)).toBe('any stopped');
    workers.follow('c', webhookSubscription());
    await workers.settled();
    expect(workers.size).toBe(0);
  });

  test('that cannot be started are started later, and none of them is left behind', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    try {
      let away = true;
      const told: string[] = [];
      const { workers } = running({
        async work(_, lane) {
          if (away && lane === 'k0') throw new Error('JetStream is away');
          told.push(lane);
          return { stop: async () => void told.push(`${lane} stopped`) };
        },
      });
      workers.follow('a', webhookSubscription({ order_by: 'x' }));
      await workers.settled();
      expect(told).toEqual(['any', 'any stopped']);
      away = false;
      await vi.advanceTimersByTimeAsync(2_000);
      await workers.settled();
      expect(workers.size).toBe(1);
      expect(told).toHaveLength(2 + 1 + laneCount);
    } finally {
      vi.useRealTimers();
    }
  });
});
