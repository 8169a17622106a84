import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { inTime } from './in-time.ts';

test('what comes in time is passed on, and so is its failure', async () => {
  expect(await inTime(Promise.resolve(1), 1_000, 'Redis')).toBe(1);
  await expect(inTime(Promise.reject(new Error('away')), 1_000, 'Redis')).rejects.toThrow('away');
});

test('what does not come is an error that says whose it is', async () => {
  await expect(inTime(new Promise(() => {}), 1, 'Redis')).rejects.toThrow('Redis did not answer within 1 ms');
});

test('what came while this process was busy is in time', async () => {
  const asked = delay(5, 'here');
  const waited = inTime(asked, 10, 'Redis');
  const busyUntil = performance.now() + 50;
  while (performance.now() < busyUntil);
  expect(await waited).toBe('here');
});
