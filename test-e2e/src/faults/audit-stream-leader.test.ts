import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findBinary } from '@patchbay/local-servers';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { publish, type System, simpleDocument, startSystem } from '../system.ts';
import { doubled, executionsOnRecord, orphans, spooledFiles, unauditedRequests } from './audited.ts';
import { readFaultConfig } from './config.ts';
import { startTimeoutMs } from './fault-system.ts';
import { measured } from './measure.ts';
import { leaderOf } from './stream-info.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
// Three servers and three elections, most of it waiting. In `npm test` a tenth of the calls, and executions declared sooner.
const long = readFaultConfig().seconds >= 30;
const few = long ? 50 : 5;
let system: System;
const restarted: ChildProcess[] = [];
beforeAll(async () => {
  system = await startSystem({
    executors: long ? 2 : 1,
    seedCatalog: false,
    natsServers: 3,
    variables: { audit: { PATCHBAY_AUDIT_RECONCILE_AFTER_MS: long ? '20000' : '6000' } },
  });
  await publish(system, simpleDocument('led'));
}, startTimeoutMs);
afterAll(async () => {
  await system?.stop();
  for (const server of restarted) server.kill('SIGKILL');
});

/** Calls without a key, a write and a read in turn, until `end`; each is answered or counted as what it came to. */
function callAlways() {
  const ends = new Map<string, number>();
  let ending = false;
  let next = 0;
  let succeeded = 0;
  const worker = async () => {
    while (!ending) {
      const number = next++;
      const { status, error } = await system.agent.execute(
        number % 2 ? 'led_look' : 'led_book',
        { number },
        { deadlineMs: 2_000 },
      );
      if (status === 'succeeded') succeeded++;
      const end = status === 'succeeded' ? status : `${status} ${error?.code}`;
      ends.set(end, (ends.get(end) ?? 0) + 1);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  const workers = Array.from({ length: 4 }, worker);
  return {
    ends,
    get succeeded() {
      return succeeded;
    },
    async end() {
      ending = true;
      await Promise.all(workers);
      const total = [...ends.values()].reduce((sum, count) => sum + count, 0);
      return { total, failed: total - succeeded };
    },
  };
}

async function everythingOnRecord(row: string, succeeded: number): Promise<void> {
  await vi.waitFor(() => expect(spooledFiles(system)).toEqual([]), { timeout: 90_000, interval: 500 });
  for (const tool of ['led_book', 'led_look']) {
    const patient = { timeout: 90_000, interval: 1_000 };
    await vi.waitFor(async () => expect(await unauditedRequests(system, tool)).toEqual([]), patient);
    await vi.waitFor(async () => expect(await orphans(system, tool)).toEqual([]), patient);
    const twice = await doubled(system, tool);
    measured({
      row,
      what: `${tool}: executions with a record twice`,
      unit: 'executions',
      value: twice.length,
      bound: 0,
    });
    expect(twice).toEqual([]);
  }
  // Whatever was answered with success has its outcome on record.
  const records = await Promise.all(['led_book', 'led_look'].map((tool) => executionsOnRecord(system, tool)));
  const ended = records.flatMap((one) => [...one.values()]).filter(({ outcomes }) => outcomes > 0).length;
  measured({
    row,
    what: 'successes without an outcome on record',
    unit: 'calls',
    value: Math.max(0, succeeded - ended),
    bound: 0,
  });
  expect(ended).toBeGreaterThanOrEqual(succeeded);
}

test('F12, F13: calls without a key go on while the audit stream has no leader, and then while it has no majority', {
  timeout: 420_000,
}, async () => {
  const { natsServers } = system.patchbay;
  const urlOf = (number: number) => natsServers[number]?.url as string;
  const calls = callAlways();
  await vi.waitFor(() => expect(calls.succeeded).toBeGreaterThan(few), { timeout: 60_000 });

  // The leader is killed: the two others elect one.
  const first = await leaderOf(system, 'AUDIT', urlOf(0));
  const others = [0, 1, 2].filter((number) => number !== first) as [number, number];
  const killedAt = performance.now();
  natsServers[first]?.kill('SIGKILL');
  await vi.waitFor(() => leaderOf(system, 'AUDIT', urlOf(others[0])), { timeout: 60_000, interval: 100 });
  measured({
    row: 'F12',
    what: 'leader killed: until there is another',
    unit: 'ms',
    value: performance.now() - killedAt,
    bound: null,
  });
  const before = calls.succeeded;
  await vi.waitFor(() => expect(calls.succeeded).toBeGreaterThan(before + 2 * few), { timeout: 60_000 });
  const led = await calls.end();
  process.stdout.write(`F12: ${JSON.stringify([...calls.ends])}\n`);
  measured({
    row: 'F12',
    what: 'calls that did not succeed, of all',
    unit: '%',
    value: (100 * led.failed) / led.total,
    bound: 20,
  });
  expect(led.failed / led.total).toBeLessThan(0.2);
  await everythingOnRecord('F12', calls.succeeded);

  // The next one too: nobody acknowledges anything any more, and calls reach executors still.
  const alone = callAlways();
  natsServers[others[0]]?.kill('SIGKILL');
  await vi.waitFor(() => expect(spooledFiles(system)).not.toEqual([]), { timeout: 60_000 });
  const spooling = alone.succeeded;
  await vi.waitFor(() => expect(alone.succeeded).toBeGreaterThan(spooling + 2 * few), { timeout: 60_000 });
  const unled = await alone.end();
  process.stdout.write(`F13: ${JSON.stringify([...alone.ends])}\n`);
  measured({
    row: 'F13',
    what: 'without a majority: calls answered with success',
    unit: 'calls',
    value: alone.succeeded,
    bound: null,
  });
  measured({
    row: 'F13',
    what: 'without a majority: calls that did not succeed',
    unit: 'calls',
    value: unled.failed,
    bound: null,
  });
  const { state } = system.patchbay;
  for (const number of [first, others[0]]) {
    const config = join(state.nats, `n${number + 1}`, 'nats-server.conf');
    restarted.push(spawn(findBinary('nats-server', root), ['--config', config], { stdio: 'ignore' }));
  }
  const back = performance.now();
  await vi.waitFor(() => expect(spooledFiles(system)).toEqual([]), { timeout: 120_000, interval: 250 });
  measured({
    row: 'F13',
    what: 'majority back: until the spools are empty',
    unit: 'ms',
    value: performance.now() - back,
    bound: null,
  });
  await everythingOnRecord('F13', calls.succeeded + alone.succeeded);
});
