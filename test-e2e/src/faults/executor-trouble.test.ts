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

test('F32: when an executor is killed as by the OOM killer, its peers take over at once', async () => {
  system.executors()[0]?.kill('SIGKILL');
  const tookMs = await recovered(25_000);
  measured({ row: 'F32', what: 'killed executor: last failed call after', unit: 'ms', value: tookMs, bound: 10_000 });
  expect(tookMs).toBeLessThan(10_000);
  await system.patchbay.addService('executor');
});
