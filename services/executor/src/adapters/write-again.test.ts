import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { WriteAgain } from './write-again.ts';

beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'performance'] }));
afterEach(() => vi.useRealTimers());

/** Away for so many milliseconds, and then writes. */
function awayFor(ms: number) {
  const until = performance.now() + ms;
  const tries: number[] = [];
  const write = async () => {
    tries.push(performance.now());
    if (performance.now() < until) throw new Error('away');
    return true;
  };
  return { tries, write };
}
const never = async () => false;

test('goes on while the servers are away, longer than a claim is waited for', async () => {
  const { tries, write } = awayFor(60_000);
  const written = new WriteAgain().write(write, never, true);
  await vi.advanceTimersByTimeAsync(63_000);
  expect(await written).toBe(true);
  expect(tries.length).toBeGreaterThan(25);
});

test('does not keep waiting who waits for it', async () => {
  const { write } = awayFor(60_000);
  const written = new WriteAgain().write(write, never, false).then(
    () => null,
    (error: Error) => error.message,
  );
  await vi.advanceTimersByTimeAsync(11_500);
  expect(await written).toBe('away');
});

test('gives up in the end', async () => {
  const { write } = awayFor(600_000);
  const written = new WriteAgain().write(write, never, true).then(
    () => null,
    (error: Error) => error.message,
  );
  await vi.advanceTimersByTimeAsync(121_000);
  expect(await written).toBe('away');
});

test('gives up sooner when the process winds down, and not at once', async () => {
  const again = new WriteAgain();
  const [short, long] = [awayFor(25_000), awayFor(60_000)];
  const written = [short, long].map(({ write }) =>
    again.write(write, never, true).then(
      () => 'written',
      () => `gave up after ${Math.round(performance.now() / 1_000)} s`,
    ),
  );
  const startedAt = Math.round(performance.now() / 1_000);
  await vi.advanceTimersByTimeAsync(20_000);
  again.windDown();
  await vi.advanceTimersByTimeAsync(12_000);
  expect(await written[0]).toBe('written');
  expect(await written[1]).toMatch(new RegExp(`gave up after ${startedAt + 29}|${startedAt + 30}|${startedAt + 31} s`));
});

test('asks what is there when a repeat finds it changed', async () => {
  let tries = 0;
  const write = async () => {
    if (tries++ === 0) throw new Error('the answer was lost');
    return false;
  };
  const written = new WriteAgain().write(write, async () => true, false);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await written).toBe(true);
  expect(await new WriteAgain().write(never, async () => true, false)).toBe(false);
});
