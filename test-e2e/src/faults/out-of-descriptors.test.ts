import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HostedService } from '@patchbay/launcher';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { publish, simpleDocument } from '../system.ts';
import { unauditedRequests } from './audited.ts';
import { type FaultSystem, startFaultSystem, startTimeoutMs } from './fault-system.ts';
import { judgeHistory } from './history.ts';
import { measured } from './measure.ts';
import { runWorkload, settleWorkload, type Workload } from './workload.ts';

let system: FaultSystem;
let executor: HostedService;
let usual = '';
beforeAll(async () => {
  system = await startFaultSystem({ executors: 1 });
  executor = system.executors()[0] as HostedService;
  usual = /^Max open files\s+(\d+)/m.exec(readFileSync(`/proc/${executor.pid}/limits`, 'utf8'))?.[1] as string;
  for (const id of ['scarce', 'other', 'unmet']) {
    const limits = { requests_per_minute: 60_000, burst_size: 1_000 };
    await publish(system, { ...simpleDocument(id), rate_limits: limits } as ReturnType<typeof simpleDocument>);
    // One has no socket yet.
    if (id !== 'unmet') expect((await call(id, 0)).status).toBe('succeeded');
  }
}, startTimeoutMs);
afterEach(async () => {
  allow(usual);
  await Promise.all([system.proxies.nats.heal(), system.proxies.redis.heal()]);
  await system.sandbox.reset();
});
afterAll(() => system?.stop());

/** Sets the soft limit of the executor's open files; those that are open stay so. */
function allow(files: number | string): void {
  execFileSync('prlimit', ['--pid', String(executor.pid), `--nofile=${files}:`]);
}

const openFiles = () => readdirSync(`/proc/${executor.pid}/fd`).length;
const call = (id: string, number: number) => system.agent.execute(`${id}_look`, { number }, { deadlineMs: 5_000 });

/** Milliseconds until a call of the tool succeeds. */
async function working(id: string): Promise<number> {
  const started = performance.now();
  await vi.waitFor(async () => expect((await call(id, 1)).status).toBe('succeeded'), { timeout: 30_000, interval: 25 });
  return performance.now() - started;
}

/** Ids of executions of the tool whose end is on record. */
async function ended(tool: string): Promise<Set<string | undefined>> {
  const ids = new Set<string | undefined>();
  let cursor: string | null = null;
  do {
    const page = await system.admin.queryAudit({
      class: 'execution',
      tool,
      limit: 1_000,
      ...(cursor !== null && { cursor }),
    });
    for (const { data, subject } of page.events) if (data.outcome !== 'intent') ids.add(subject);
    cursor = page.next_cursor;
  } while (cursor !== null);
  return ids;
}

test('F32: out of descriptors, an executor refuses what it has no socket for, and goes on when it has some', async () => {
  await system.sandbox.behave({ integration: 'scarce', do: { kind: 'delay', ms: 500 } });
  allow(openFiles() + 24);
  const load: Workload = {
    agent: system.agent,
    tool: 'scarce_book',
    name: 'scarce',
    total: 200,
    workers: 200,
    deadlineMs: 10_000,
  };
  const first = await runWorkload(load);
  const answers = first.map((operation) => operation.answers[0]);
  const untyped = answers.filter((answer) => answer?.status !== 'succeeded' && answer?.error?.code !== 'overloaded');
  measured({
    row: 'F32',
    what: 'no descriptors: calls not refused as such',
    unit: 'calls',
    value: untyped.length,
    bound: 0,
  });
  expect(untyped).toEqual([]);
  // Some had the sockets that there were, the rest were told why not.
  const without = answers.filter((answer) => answer?.error?.details['reason'] === 'descriptors_exhausted');
  expect(without.length).toBeGreaterThan(0);
  for (const answer of without) expect(answer?.error?.retry_after_ms).toBeGreaterThan(0);
  expect(first.filter(({ end }) => end === 'ok').length).toBeGreaterThan(0);
  // It is out of them still, and serves over the sockets that it has.
  expect((await call('scarce', 1)).status).toBe('succeeded');
  // Another host's call takes the descriptor of a socket that is idle.
  expect((await call('unmet', 1)).status).toBe('succeeded');

  allow(usual);
  const backMs = await working('other');
  measured({ row: 'F32', what: 'no descriptors: works again after', unit: 'ms', value: backMs, bound: 10_000 });
  expect(backMs).toBeLessThan(10_000);
  expect(system.executors().map(({ pid }) => pid)).toEqual([executor.pid]);

  // What was refused was not done: each is carried out under its key now, and none of the others a second time.
  const operations = await settleWorkload(load, first);
  const effects = await system.sandbox.effects({ tool: 'scarce_book' });
  const verdict = judgeHistory(
    operations,
    effects.map(({ arguments: { number } }) => number as number),
  );
  measured({
    row: 'F32',
    what: 'no descriptors: double effects',
    unit: 'calls',
    value: verdict.duplicates.length,
    bound: 0,
  });
  measured({ row: 'F32', what: 'no descriptors: lost effects', unit: 'calls', value: verdict.lost.length, bound: 0 });
  expect(verdict).toEqual({ lost: [], unexpected: [], duplicates: [], unknown: [], contradictions: [] });
  expect(effects).toHaveLength(load.total);
  expect(await unauditedRequests(system, load.tool)).toEqual([]);
  await vi.waitFor(
    async () => {
      const recorded = await ended(load.tool);
      // Those refused at the door, which began nothing, are on record as a number.
      const begun = operations.flatMap((operation) => operation.answers.filter(({ attempts }) => attempts > 0));
      expect(begun.filter(({ execution_id: id }) => !recorded.has(id))).toEqual([]);
    },
    { timeout: 30_000, interval: 500 },
  );
}, 120_000);

test('F32: out of descriptors when its connections are lost, an executor tries until it has some', async () => {
  const log = join(system.patchbay.state.logs, `${executor.instance}.log`);
  const logged = (what: string) => readFileSync(log, 'utf8').split(what).length - 1;
  const tries = () => logged('"type":"reconnecting"');
  const [before, alone, again] = [
    tries(),
    logged('rate limits are not shared'),
    logged('rate limits are shared again'),
  ];
  // Not one more, whatever is closed.
  allow(3);
  const { nats, redis } = system.proxies;
  for (const proxy of [nats, redis]) proxy.inject({ kind: 'down' });
  await Promise.all([nats.heal(), redis.heal()]);
  await vi.waitFor(() => expect(tries()).toBeGreaterThanOrEqual(before + 3), { timeout: 30_000, interval: 50 });
  expect((await call('other', 1)).error?.code).toBe('overloaded');
  expect(logged('rate limits are not shared')).toBe(alone + 1);

  allow(usual);
  const backMs = await working('other');
  measured({
    row: 'F32',
    what: 'no descriptors, connections lost: works again after',
    unit: 'ms',
    value: backMs,
    bound: 10_000,
  });
  expect(backMs).toBeLessThan(10_000);
  expect(system.executors().map(({ pid }) => pid)).toEqual([executor.pid]);
  await vi.waitFor(
    async () => {
      await call('other', 1);
      expect(logged('rate limits are shared again')).toBe(again + 1);
    },
    { timeout: 30_000, interval: 100 },
  );
}, 120_000);
