import { broadcasts, type ExecutorStats } from '@patchbay/contracts';
import { startTestServers, type TestServers } from '@patchbay/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Messaging } from './index.ts';

const route = broadcasts.executorStats;
const statsOf = (instance: string): ExecutorStats => ({
  instance,
  uptime_ms: 1,
  in_flight: 0,
  executions: [],
  attempts: [],
  limiter: { admitted: 0, delayed: 0, local: 0 },
  replays: 0,
  circuits: [],
});

let servers: TestServers;
let admin: Messaging;
let first: Messaging;
let second: Messaging;

beforeAll(async () => {
  servers = await startTestServers({ redis: false });
  [admin, first, second] = await Promise.all([
    servers.connect('admin'),
    servers.connect('executor'),
    servers.connect('executor'),
  ]);
});
afterAll(() => servers?.stop());

test('a broadcast that nobody answers brings nothing', async () => {
  expect(await admin.askEvery(route, {})).toEqual([]);
});

test('every process answers a broadcast, and one that fails is reported and missed alone', async () => {
  const errors: unknown[] = [];
  const noError = (error: unknown) => errors.push(error);
  const broken = new Error('broken');
  const third = await servers.connect('executor');
  const answering = [
    first.answerBroadcast(route, () => statsOf('one'), noError),
    second.answerBroadcast(route, () => statsOf('two'), noError),
    third.answerBroadcast(
      route,
      () => {
        throw broken;
      },
      noError,
    ),
  ];
  await Promise.all([first, second, third].map((messaging) => messaging.flush()));
  const answers = await admin.askEvery({ ...route, gatherMs: 1_500 }, {});
  expect(answers.map(({ instance }) => instance).sort()).toEqual(['one', 'two']);
  expect(errors).toEqual([broken]);
  for (const one of answering) one.unsubscribe();
});

test('a question whose answer would land outside the inboxes of those who may ask is not answered', async () => {
  let asked = 0;
  const answering = first.answerBroadcast(
    { ...route, callers: ['registry'] },
    () => {
      asked++;
      return statsOf('one');
    },
    () => {},
  );
  await first.flush();
  expect(await admin.askEvery(route, {})).toEqual([]);
  expect(asked).toBe(0);
  answering.unsubscribe();
});

test('a question with unknown fields, or an agent that asks, gets no answer', async () => {
  const answering = first.answerBroadcast(
    route,
    () => statsOf('one'),
    () => {},
  );
  await first.flush();
  expect(await admin.askEvery(route, { tenant: 'acme' } as never)).toEqual([]);
  const agent = await servers.connect('agent', 'acme');
  expect(await agent.askEvery(route, {}).catch(() => 'refused')).toEqual([]);
  answering.unsubscribe();
});
