import type { ServiceName } from '@patchbay/contracts';
import type { HostedService } from '@patchbay/launcher';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { publish, type System, startSystem } from '../system.ts';
import { executionsOnRecord, spooledFiles } from './audited.ts';
import { clusterDocument, clusterTools as tools } from './cluster-document.ts';
import { readFaultConfig } from './config.ts';
import { startTimeoutMs } from './fault-system.ts';
import { auditHolds, wrongEffects } from './judge-steady-calls.ts';
import { measured } from './measure.ts';
import { startNatsAgain } from './restart-nats.ts';
import { callSteadily, type SteadyCalls } from './steady-calls.ts';

/** What is killed in turn, each under load. */
const parts = ['executor', 'vault', 'registry', 'audit', 'gateway', 'nats', 'nats', 'nats'] as const;

// Three servers and as many elections: for `npm run faults`, not for every `npm test`.
const { seconds } = readFaultConfig();
const long = seconds >= 30;
let system: System;
const restarted: { kill(): void }[] = [];
beforeAll(async () => {
  if (!long) return;
  system = await startSystem({
    shape: 'processes',
    executors: 3,
    seedCatalog: false,
    natsServers: 3,
    variables: { audit: { PATCHBAY_AUDIT_RECONCILE_AFTER_MS: '20000', PATCHBAY_AUDIT_NICENESS: '0' } },
  });
  const { addService } = system.patchbay;
  await Promise.all((['vault', 'registry'] as const).map((service) => addService(service)));
  await addService('gateway', { PATCHBAY_GATEWAY_PORT: '0' });
  await publish(system, clusterDocument());
  await system.sandbox.behave({ integration: 'cluster', do: { kind: 'delay', ms: 40, jitterMs: 60 } });
}, startTimeoutMs);
afterAll(async () => {
  await system?.stop();
  for (const server of restarted) server.kill();
});

function livingOf(service: ServiceName): HostedService[] {
  return system.patchbay.services.filter((one) => one.service === service && !one.ended);
}

/** Kills one, and starts another in its place. Resolves when that is up. */
async function killOne(part: (typeof parts)[number], turn: number): Promise<void> {
  if (part === 'nats') {
    const number = turn % 3;
    await system.patchbay.natsServers[number]?.kill('SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, 15_000));
    restarted.push(await startNatsAgain(system, number));
    return;
  }
  livingOf(part)[0]?.kill('SIGKILL');
  await system.patchbay.addService(part, part === 'gateway' ? { PATCHBAY_GATEWAY_PORT: '0' } : {});
}

function tell(row: string, calls: SteadyCalls): void {
  process.stdout.write(`${row}: ${JSON.stringify(calls.summary())}\n`);
}

test.runIf(long)(
  'a part of a cluster is killed under load: no read and no write that can be asked for again is lost, no audit event is, none acts twice',
  { timeout: 600_000 },
  async () => {
    const calls = callSteadily(system.agent, { deadlineMs: 10_000, workers: 4, gapMs: 50, tools });
    await vi.waitFor(() => expect(calls.succeeded).toBeGreaterThan(50), { timeout: 60_000 });
    for (const [turn, part] of parts.entries()) {
      const before = calls.succeeded;
      await killOne(part, turn);
      await vi.waitFor(() => expect(calls.succeeded).toBeGreaterThan(before + 50), { timeout: 60_000 });
      tell(`killed ${part}`, calls);
    }
    await calls.end();
    tell('all', calls);
    process.stdout.write(`not succeeded: ${JSON.stringify(tools.flatMap((tool) => calls.failuresOf(tool)))}\n`);

    const row = { row: 'kills', unit: 'calls' };
    const ofTool = (tool: (typeof tools)[number]) => calls.failuresOf(tool);
    measured({ ...row, what: `calls while ${parts.length} parts are killed in turn`, value: calls.total, bound: null });
    measured({ ...row, what: 'reads that did not succeed', value: ofTool('cluster_look').length, bound: 0 });
    measured({
      ...row,
      what: 'writes to an upstream with keys that did not succeed',
      value: ofTool('cluster_order').length,
      bound: 0,
    });
    const unknown = ofTool('cluster_book').filter(({ status }) => status === 'outcome_unknown');
    measured({
      ...row,
      what: 'writes to an upstream without keys, under way in a killed executor: unknown',
      value: unknown.length,
      bound: 4,
    });
    measured({
      ...row,
      what: 'other writes to it that did not succeed',
      value: ofTool('cluster_book').length - unknown.length,
      bound: 0,
    });
    expect(ofTool('cluster_look')).toEqual([]);
    expect(ofTool('cluster_order')).toEqual([]);
    // One executor is killed, with four workers' calls at most.
    expect(ofTool('cluster_book').filter(({ status }) => status !== 'outcome_unknown')).toEqual([]);
    expect(unknown.length).toBeLessThanOrEqual(4);

    for (const tool of ['cluster_book', 'cluster_order'] as const) {
      const wrong = await wrongEffects(system, calls, tool);
      measured({ ...row, what: `${tool}: effects twice, or missing`, value: wrong.length, bound: 0 });
      expect(wrong).toEqual([]);
    }
    const patient = { timeout: 120_000, interval: 1_000 };
    await vi.waitFor(() => expect(spooledFiles(system)).toEqual([]), patient);
    for (const tool of tools) await auditHolds(system, tool);
    const records = await Promise.all(tools.map((tool) => executionsOnRecord(system, tool)));
    const ended = records.flatMap((one) => [...one.values()]).filter(({ outcomes }) => outcomes > 0).length;
    measured({
      ...row,
      what: 'successes without an outcome on record',
      value: Math.max(0, calls.succeeded - ended),
      bound: 0,
    });
    expect(ended).toBeGreaterThanOrEqual(calls.succeeded);
  },
);
