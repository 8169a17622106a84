import { cpSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { publish, simpleDocument } from '../system.ts';
import { type FaultSystem, startFaultSystem, startTimeoutMs } from './fault-system.ts';
import { measured } from './measure.ts';
import { natsRestarter } from './restart-nats.ts';

/** Read anew for each executor that is started. */
const variables: Record<string, string> = {};
let system: FaultSystem;
let nats: ReturnType<typeof natsRestarter>;
beforeAll(async () => {
  system = await startFaultSystem({ executors: 1, variables: { executor: variables } });
  nats = natsRestarter(system);
}, startTimeoutMs);
afterAll(async () => {
  await system?.stop();
  nats?.kill();
});

const bucketDir = () => join(system.patchbay.state.nats, 'jetstream', 'PATCHBAY', 'streams', 'KV_integrations');

/** Does something to the store while no server runs on it, and goes on when calls are carried out again. */
async function withServerDown(act: () => void): Promise<void> {
  await nats.withServerDown(act);
  await vi.waitFor(async () => expect((await look()).status).toBe('succeeded'), { timeout: 60_000, interval: 250 });
}

const look = () => system.agent.execute('rolled_look', { number: 1 }, { deadlineMs: 2_000 });

test('F7: a registry restored from an older state runs nothing that was replaced, and an executor that starts on it says so', {
  timeout: 180_000,
}, async () => {
  const backup = join(system.stateDir, 'backup');
  await publish(system, simpleDocument('rolled', '1.0.0'));
  await vi.waitFor(async () => expect((await look()).version).toBe('1.0.0'), { timeout: 20_000, interval: 100 });
  await withServerDown(() => cpSync(bucketDir(), backup, { recursive: true }));
  await publish(system, simpleDocument('rolled', '2.0.0'));
  await vi.waitFor(async () => expect((await look()).version).toBe('2.0.0'), { timeout: 20_000, interval: 100 });

  await withServerDown(() => {
    rmSync(bucketDir(), { recursive: true });
    cpSync(backup, bucketDir(), { recursive: true });
  });
  const versions: (string | null)[] = [];
  for (let i = 0; i < 100; i++) versions.push((await look()).version);
  const old = versions.filter((version) => version !== '2.0.0').length;
  measured({ row: 'F7', what: 'runs of the version rolled back to, of 100', unit: 'runs', value: old, bound: 0 });
  expect(old).toBe(0);

  await expect(system.patchbay.addService('executor')).rejects.toThrow('did not start');
  const out = readFileSync(join(system.patchbay.state.logs, 'executor-2.out'), 'utf8');
  const accepted = /rolled back.*PATCHBAY_ACCEPT_REGISTRY_REVISION=(\d+)/s.exec(out)?.[1];
  expect(accepted).toMatch(/^\d+$/);
  expect(existsSync(bucketDir())).toBe(true);

  // Restored on purpose: the operator says exactly what is accepted.
  variables.PATCHBAY_ACCEPT_REGISTRY_REVISION = accepted as string;
  await system.patchbay.addService('executor');
});
