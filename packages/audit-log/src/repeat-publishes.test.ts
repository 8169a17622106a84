import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { RepeatPublishes } from './repeat-publishes.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const failure = new Error('the first');
const outcomeOf = (repeating: Promise<void>) =>
  repeating.then(
    () => 'taken',
    (error: Error) => error.message,
  );

test('a publish waits for a connection, and then goes out once', async () => {
  let connected = false;
  const repeats = new RepeatPublishes({ connected: () => connected, forMs: 60_000, windDownMs: 2_000 });
  const publish = vi.fn(async () => ({ sequence: 1 }));
  const outcome = outcomeOf(repeats.repeat(publish, 100, failure));
  await vi.advanceTimersByTimeAsync(30_000);
  expect(publish).not.toHaveBeenCalled();
  connected = true;
  await vi.advanceTimersByTimeAsync(250);
  expect(await outcome).toBe('taken');
  expect(publish).toHaveBeenCalledOnce();
});

test('a publish is given up when its time is over, with what it failed with last', async () => {
  const repeats = new RepeatPublishes({ connected: () => true, forMs: 10_000, windDownMs: 2_000 });
  let tries = 0;
  const outcome = outcomeOf(repeats.repeat(() => Promise.reject(new Error(`try ${++tries}`)), 100, failure));
  await vi.advanceTimersByTimeAsync(20_000);
  // After 250, 750, 1,750, 3,750 and 7,750 ms.
  expect(await outcome).toBe('try 5');
});

test('of many repeated at once the first says why, and so does the first after a time without', async () => {
  const onBegin = vi.fn();
  const repeats = new RepeatPublishes({ connected: () => true, forMs: 10_000, windDownMs: 2_000, onBegin });
  for (const cause of [new Error('lost'), new Error('lost again')]) {
    const both = [1, 2].map(() => repeats.repeat(async () => {}, 10, cause));
    await vi.advanceTimersByTimeAsync(250);
    await Promise.all(both);
    expect(onBegin.mock.lastCall).toEqual([cause]);
  }
  expect(onBegin).toHaveBeenCalledTimes(2);
});

test('a long outage holds no more than there is room for, and the room comes back', async () => {
  const repeats = new RepeatPublishes({ connected: () => false, forMs: 10_000, windDownMs: 2_000 });
  const never = vi.fn();
  const held = [repeats.repeat(never, 5 * 1_024 * 1_024, failure)].map(outcomeOf);
  expect(await outcomeOf(repeats.repeat(never, 5 * 1_024 * 1_024, new Error('no room')))).toBe('no room');
  for (let i = 1; i < 1_000; i++) held.push(outcomeOf(repeats.repeat(never, 10, failure)));
  expect(await outcomeOf(repeats.repeat(never, 10, new Error('too many')))).toBe('too many');
  await vi.advanceTimersByTimeAsync(11_000);
  expect(new Set(await Promise.all(held))).toEqual(new Set(['the first']));
  expect(never).not.toHaveBeenCalled();
  const later = outcomeOf(repeats.repeat(never, 10, failure));
  repeats.windDown();
  await vi.advanceTimersByTimeAsync(2_250);
  expect(await later).toBe('the first');
});
