import { events } from '@patchbay/contracts';
import { startTestServers, type TestServers } from '@patchbay/testkit';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { type Fleet, joinFleet } from './fleet.ts';

let servers: TestServers;
beforeAll(async () => {
  servers = await startTestServers({ redis: false });
});
afterEach(() => {
  vi.useRealTimers();
});
afterAll(() => servers?.stop());

const sizes = (...fleets: Fleet[]) => fleets.map(({ size }) => size);
const patient = { timeout: 15_000 };

test('executors know how many they are, from the first to the last', async () => {
  const connections = await Promise.all([1, 2, 3].map(() => servers.connect('executor')));
  const fleets: Fleet[] = [];
  for (const connection of connections) {
    fleets.push(joinFleet(connection, events.executorAlive));
    await connection.flush();
    await vi.waitFor(() => expect(sizes(...fleets)).toEqual(fleets.map(() => fleets.length)), patient);
    for (const fleet of fleets)
      expect([...fleet.others(), fleet.process].toSorted()).toEqual(fleets.map(({ process }) => process).toSorted());
  }
  fleets[0]?.close();
  await vi.waitFor(() => expect(sizes(...fleets.slice(1))).toEqual([2, 2]), patient);
  for (const fleet of fleets.slice(1)) fleet.close();
});

test('one that gives no sign of life for six seconds counts no more', () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
  let hear: (body: { process: string; leaving: boolean }) => void = () => {};
  const publishEvent = vi.fn();
  const onChange = vi.fn();
  const messaging = {
    publishEvent,
    subscribeEvent: (_route: unknown, _values: unknown, onEvent: unknown) => {
      hear = onEvent as never;
      return { unsubscribe: () => {} };
    },
  };
  const fleet = joinFleet(messaging as never, events.executorAlive, onChange);
  hear({ process: 'other', leaving: false });
  expect(fleet.size).toBe(2);
  vi.advanceTimersByTime(4_000);
  hear({ process: 'other', leaving: false });
  vi.advanceTimersByTime(6_000);
  expect(fleet.size).toBe(2);
  vi.advanceTimersByTime(2_000);
  expect(fleet.size).toBe(1);
  expect(onChange).toHaveBeenCalledTimes(2);
  fleet.close();
  expect(publishEvent).toHaveBeenLastCalledWith(events.executorAlive, {}, expect.objectContaining({ leaving: true }));
});
