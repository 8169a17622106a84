import { expect, test } from 'vitest';
import { LateIntents } from './late-intents.ts';

const start = Date.UTC(2026, 4, 1, 10);
const row = (ms: number, status: 'intent' | 'succeeded' = 'intent') => ({
  class: 'execution' as const,
  status,
  time: new Date(ms).toISOString(),
});

function setup() {
  const world = { now: start };
  return { world, late: new LateIntents(() => world.now) };
}

test('intents that come in time, and outcomes that do not, are not remembered', () => {
  const { late } = setup();
  late.stored([row(start), row(start - 59_000), row(start - 3_600_000, 'succeeded')]);
  late.stored([]);
  expect(late.oldestStoredBefore(start + 1)).toBeNull();
});

test('of those that come late the oldest counts, from when it was stored on, until it was looked at', () => {
  const { world, late } = setup();
  late.stored([row(start - 600_000), row(start - 1_200_000), row(start)]);
  world.now += 10_000;
  late.stored([row(start - 300_000)]);
  expect(late.oldestStoredBefore(start)).toBeNull();
  expect(late.oldestStoredBefore(start + 1)).toBe(start - 1_200_000);
  expect(late.oldestStoredBefore(world.now + 1)).toBe(start - 1_200_000);
  late.forgetStoredBefore(start + 1);
  expect(late.oldestStoredBefore(world.now + 1)).toBe(start - 300_000);
  late.forgetStoredBefore(world.now + 1);
  expect(late.oldestStoredBefore(world.now + 1)).toBeNull();
});

test('what comes close together is remembered as one, by the oldest', () => {
  const { world, late } = setup();
  late.stored([row(start - 600_000)]);
  world.now += 999;
  late.stored([row(start - 900_000)]);
  expect(late.oldestStoredBefore(start + 1)).toBe(start - 900_000);
});
