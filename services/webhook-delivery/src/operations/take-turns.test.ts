import { expect, test } from 'vitest';
import { webhookSubscription } from '../domain/event.fixture.ts';
import { createTurns } from './take-turns.ts';

test('turns come at the rate of the subscription, in this process’s part of it, and each subscription has its own', async () => {
  const waits: number[] = [];
  const turn = createTurns(
    () => 2,
    () => 1_000,
    async (ms) => {
      waits.push(ms);
      return true;
    },
  );
  const { signal } = new AbortController();
  const slow = webhookSubscription({ rate: { per_second: 4, burst: 2 } });
  for (let i = 0; i < 3; i++) expect(await turn(slow, signal)).toBe(true);
  expect(await turn(webhookSubscription({ rate: { per_second: 1, burst: 1 } }), signal)).toBe(true);
  expect(await turn(webhookSubscription(), signal)).toBe(true);
  expect(waits).toEqual([500, 1_000]);
});

test('whoever is told to stop gets no turn', async () => {
  const turn = createTurns(
    () => 1,
    () => Date.now(),
  );
  const stopping = new AbortController();
  const slow = webhookSubscription({ rate: { per_second: 0.001, burst: 1 } });
  expect(await turn(slow, stopping.signal)).toBe(true);
  const waiting = turn(slow, stopping.signal);
  stopping.abort();
  expect(await waiting).toBe(false);
  expect(await turn(webhookSubscription(), stopping.signal)).toBe(false);
});
