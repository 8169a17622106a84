import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { hookPath } from '@patchbay/contracts';
import type { HostedService } from '@patchbay/launcher';
import { findBinary, freePort } from '@patchbay/local-servers';
import { seededRandom } from '@patchbay/testkit';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { readFaultConfig } from './config.ts';
import { type FaultSystem, startFaultSystem, startTimeoutMs } from './fault-system.ts';
import { type HookTarget, startHookTarget } from './hook-target.ts';
import { sendAsVendor } from './hook-vendor.ts';
import { measured } from './measure.ts';

const { seconds } = readFaultConfig();
/** Events a second: as many as the row says where the run is as long as it says. */
const perSecond = seconds >= 60 ? 500 : 100;
const secret = 'whsec_canary_b5c1e3a7f90d4e2288aa6c7d1f3b5e90';
const root = fileURLToPath(new URL('../../..', import.meta.url));

let target: HookTarget;
let system: FaultSystem;
const ports: number[] = [];
/** The processes that are killed, each with how another takes its place. */
const victims: { service: HostedService; again: () => Promise<HostedService> }[] = [];
let nats: ChildProcess | null = null;

beforeAll(async () => {
  target = await startHookTarget();
  system = await startFaultSystem({
    executors: 1,
    leaveOut: [],
    variables: { 'webhook-delivery': { PATCHBAY_EGRESS_TRUSTED_ORIGINS: target.url } },
  });
  const { facts, services, addService } = system.patchbay;
  const delivery = () => addService('webhook-delivery');
  const ingressAt = (port: number) => {
    ports.push(port);
    return () => addService('webhook-ingress', { PATCHBAY_INGRESS_PORT: String(port) });
  };
  for (const service of [...services]) {
    if (service.service === 'webhook-delivery') victims.push({ service, again: delivery });
    if (service.service === 'webhook-ingress')
      victims.push({ service, again: ingressAt(Number(new URL(facts.webhooks_url).port)) });
  }
  for (const again of [ingressAt(await freePort()), delivery]) victims.push({ service: await again(), again });
}, startTimeoutMs);
afterAll(async () => {
  await system?.stop();
  nats?.kill('SIGKILL');
  await target?.stop();
});

test(
  'webhooks under kill -9 of ingress, delivery and nats-server: none accepted and lost, none with a second effect',
  async () => {
    const source = await system.admin.webhooks.sources.add({ scheme: 'stripe', name: 'kills', secret });
    await system.admin.webhooks.subscriptions.add({
      source: source.id,
      types: ['invoice.*'],
      target: { kind: 'http', url: `${target.url}/deliveries` },
      retry: { schedule_ms: [500, 1_000, 2_000, 5_000, 10_000, 20_000, 30_000] },
      concurrency: 64,
    });
    const random = seededRandom(system.seed);
    const killing = killAtRandom(random);
    const sent = await sendAsVendor({
      urls: ports.map((port) => `http://127.0.0.1:${port}${hookPath(source.id)}`),
      secret,
      events: perSecond * seconds,
      perSecond,
      twice: 0.1,
      random: seededRandom(system.seed + 1),
    });
    const kills = await killing.stop();

    const accepted = sent.filter((event) => event.accepted > 0);
    const arrived = () => accepted.filter(({ id }) => target.effects.has(id)).length;
    await vi.waitFor(() => expect(arrived()).toBe(accepted.length), { timeout: 120_000, interval: 500 });
    const row = { row: 'W1', unit: 'events' };
    const doubled = [...target.effects.values()].filter((effects) => effects > 1).length;
    measured({ ...row, what: `sent at ${perSecond} a second`, value: sent.length, bound: null });
    measured({ ...row, what: 'processes killed', unit: 'kills', value: kills, bound: null });
    measured({
      ...row,
      what: 'requests not accepted, each sent again',
      unit: 'requests',
      value: sent.reduce((sum, { turnedAway }) => sum + turnedAway, 0),
      bound: null,
    });
    measured({ ...row, what: 'never accepted', value: sent.length - accepted.length, bound: 0 });
    measured({ ...row, what: 'accepted and lost', value: accepted.length - arrived(), bound: 0 });
    measured({ ...row, what: 'with a second effect', value: doubled, bound: 0 });
    measured({
      ...row,
      what: 'deliveries that the target had seen',
      unit: 'deliveries',
      value: target.received() - target.effects.size,
      bound: null,
    });
    expect(kills).toBeGreaterThan(0);
    expect(accepted).toHaveLength(sent.length);
    expect(doubled).toBe(0);
    expect([...target.effects.keys()].sort()).toEqual(sent.map(({ id }) => id).sort());
  },
  300_000 + seconds * 3_000,
);

/** SIGKILL of one of them every second and a half on average; what was killed is started again at once. */
function killAtRandom(random: () => number): { stop(): Promise<number> } {
  const ending = new AbortController();
  let kills = 0;
  const running = (async () => {
    while (!ending.signal.aborted) {
      await delay(1_500 * (0.5 + random()), undefined, { signal: ending.signal }).catch(() => {});
      if (ending.signal.aborted) return;
      const which = Math.floor(random() * (victims.length + 1));
      const victim = victims[which];
      if (victim === undefined) await restartNats();
      else {
        victim.service.kill('SIGKILL');
        victim.service = await victim.again();
      }
      kills++;
    }
  })();
  return {
    async stop() {
      ending.abort();
      await running;
      return kills;
    },
  };
}

async function restartNats(): Promise<void> {
  const pid = nats?.pid ?? system.patchbay.nats.pid;
  process.kill(pid, 'SIGKILL');
  await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow(), { timeout: 10_000, interval: 20 });
  const config = join(system.patchbay.state.nats, 'nats-server.conf');
  nats = spawn(findBinary('nats-server', root), ['--config', config], { stdio: 'ignore' });
}
