import { afterEach, expect, test, vi } from 'vitest';
import { ReceiptClock } from './receipt-clock.ts';

let now = 0;
let answers: PromiseWithResolvers<void>[] = [];
const clocks: ReceiptClock[] = [];

function start(): ReceiptClock {
  vi.useFakeTimers();
  now = 1_000;
  answers = [];
  const clock = new ReceiptClock(
    () => {
      const answer = Promise.withResolvers<void>();
      answers.push(answer);
      return answer.promise;
    },
    () => now,
  );
  clocks.push(clock);
  return clock;
}

/** The loop runs for so many milliseconds. */
function run(ms: number): void {
  for (let passed = 0; passed < ms; passed += 10) {
    now += 10;
    vi.advanceTimersByTime(10);
  }
}

afterEach(() => {
  for (const clock of clocks.splice(0)) clock.stop();
  vi.useRealTimers();
});

test('while the loop runs, a message arrives when it is read', () => {
  const clock = start();
  run(3_000);
  expect(clock.receivedAt()).toBe(now);
  expect(answers).toHaveLength(0);
});

test('after a stall, messages count from its beginning until the server has answered', async () => {
  const clock = start();
  run(1_000);
  const before = now;
  now += 5_000; // stopped
  expect(clock.receivedAt()).toBe(before);
  run(60);
  expect(clock.receivedAt()).toBe(before);
  expect(answers).toHaveLength(1);
  answers[0]?.resolve();
  await Promise.resolve();
  expect(clock.receivedAt()).toBe(now);
});

test('a connection that ends, or a server that stays silent, ends it too', async () => {
  const clock = start();
  now += 5_000;
  expect(clock.receivedAt()).toBe(1_000);
  answers[0]?.reject(new Error('closed'));
  await vi.advanceTimersByTimeAsync(0);
  expect(clock.receivedAt()).toBe(now);
  now += 5_000;
  const stalled = now - 5_000;
  expect(clock.receivedAt()).toBe(stalled);
  run(2_100);
  expect(clock.receivedAt()).toBe(now);
});

test('a second stall before the end of the first counts from the beginning of the first', async () => {
  const clock = start();
  now += 5_000;
  expect(clock.receivedAt()).toBe(1_000);
  now += 5_000;
  expect(clock.receivedAt()).toBe(1_000);
  expect(answers).toHaveLength(2);
});
