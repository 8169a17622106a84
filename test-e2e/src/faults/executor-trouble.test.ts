import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { publish, simpleDocument } from '../system.ts';
import { type FaultSystem, startFaultSystem, startTimeoutMs } from './fault-system.ts';
import { measured } from './measure.ts';

let system: FaultSystem;
const stopped: number[] = [];
beforeAll(async () => {
  system = await startFaultSystem({ executors: 2 });
  await publish(system, simpleDocument('trouble'));
  for (let i = 0; i < 20; i++) await system.agent.execute('trouble_look', { number: i });
}, startTimeoutMs);
afterEach(async () => {
  for (const pid of stopped.splice(0)) process.kill(pid, 'SIGCONT');
  await system.sandbox.reset();
});
afterAll(() => system?.stop());

/** Every connection of a service to NATS is reset, and can be made anew half a second later. */
async function loseNats(): Promise<void> {
  const heal = system.proxies.nats.inject({ kind: 'reset_peer', afterMs: 0 });
  await delay(500);
  await heal();
}

/** Milliseconds from now until calls have succeeded for a second on end. */
async function recovered(limitMs: number): Promise<number> {
  const started = performance.now();
  let lastFailureAt = started;
  while (performance.now() - lastFailureAt < 1_000 && performance.now() - started < limitMs) {
    const calls = Array.from({ length: 4 }, (_, number) =>
      system.agent.execute('trouble_look', { number }, { deadlineMs: 500 }),
    );
    for (const { status } of await Promise.all(calls)) if (status !== 'succeeded') lastFailureAt = performance.now();
    await delay(25);
  }
  return lastFailureAt - started;
}

test('F32: when an executor hangs, its peers have taken over within 10 s, and it serves again when it goes on', async () => {
  const victim = system.executors()[0]?.pid as number;
  stopped.push(victim);
  process.kill(victim, 'SIGSTOP');
  const tookMs = await recovered(25_000);
  measured({ row: 'F32', what: 'hanging executor: last failed call after', unit: 'ms', value: tookMs, bound: 10_000 });
  expect(tookMs).toBeLessThan(10_000);
  process.kill(victim, 'SIGCONT');
  await vi.waitFor(
    async () =>
      expect((await system.admin.messaging.discoverServices()).filter(({ name }) => name === 'executor')).toHaveLength(
        2,
      ),
    { timeout: 20_000, interval: 250 },
  );
});

test('F16: an executor whose disk takes nothing goes on, also when it has something to log', async () => {
  const victim = system.executors()[0];
  const logged = () => readFileSync(join(system.patchbay.state.logs, `${victim?.instance}.log`), 'utf8');
  const before = logged();
  // A limit of no byte on what it writes to files, as a disk that is full: EFBIG.
  const takes = (bytes: string) => execFileSync('prlimit', ['--pid', String(victim?.pid), `--fsize=${bytes}:`]);
  takes('0');
  await loseNats();
  const tookMs = await recovered(10_000);
  expect(victim?.ended).toBe(false);
  expect(logged()).toBe(before);
  takes('unlimited');
  measured({
    row: 'F16',
    what: 'executor without a disk: last failed call after',
    unit: 'ms',
    value: tookMs,
    bound: 5_000,
  });
  expect(tookMs).toBeLessThan(5_000);
  await loseNats();
  // What it had to say meanwhile comes with the next line.
  await vi.waitFor(() => expect(logged().slice(before.length)).toContain('"type":"disconnect"'), { timeout: 10_000 });
});

test('F32: when an executor is killed as by the OOM killer, its peers take over at once', async () => {
  system.executors()[0]?.kill('SIGKILL');
  const tookMs = await recovered(25_000);
  measured({ row: 'F32', what: 'killed executor: last failed call after', unit: 'ms', value: tookMs, bound: 10_000 });
  expect(tookMs).toBeLessThan(10_000);
  await system.patchbay.addService('executor');
});
