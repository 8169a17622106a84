import { broadcasts, buckets, LatencyHistogram, routes, StoredLatencies } from '@patchbay/contracts';
import { startTestServers, type TestServers } from '@patchbay/testkit';
import { type Sandbox, startSandbox } from '@patchbay/testkit/sandbox';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseTenantClasses } from './domain/telemetry/tenant-classes.ts';
import { startFakeVault } from './fake-vault.test-support.ts';
import { numbersDocument, publish, runExecutor } from './running-executor.test-support.ts';

let servers: TestServers;
let sandbox: Sandbox;

beforeAll(async () => {
  servers = await startTestServers({ redis: false });
  sandbox = await startSandbox({ documents: [numbersDocument()] });
  await startFakeVault(servers);
  await publish(servers, numbersDocument());
});
afterAll(async () => {
  await sandbox?.close();
  await servers?.stop();
});

test('two executors tell what each counted, the sums are right, and stopping leaves what tools took', async () => {
  const over = { dialOverride: sandbox.url, tenantClassOf: parseTenantClasses('acme=gold') };
  const executors = [await runExecutor(servers, 'executor-1', over), await runExecutor(servers, 'executor-2', over)];
  const agent = await servers.connect('agent', 'acme');
  const admin = await servers.connect('admin');
  const execute = (tool: string) =>
    agent.request(routes.executeTool, { tenant: 'acme' }, { tool, arguments: { number: 1 } });
  await Promise.all(Array.from({ length: 40 }, () => execute('numbers_book')));
  await execute('no_such_tool');
  const stats = await admin.askEvery({ ...broadcasts.executorStats, gatherMs: 2_000 }, {});
  expect(stats.map(({ instance }) => instance).sort()).toEqual(['executor-1', 'executor-2']);
  const executions = stats.flatMap((one) => one.executions);
  const booked = executions.filter(({ tool, status }) => tool === 'numbers_book' && status === 'succeeded');
  expect(booked.every(({ tenant_class }) => tenant_class === 'gold')).toBe(true);
  const merged = booked.reduce(
    (sum, { durations }) => sum.merge(LatencyHistogram.from(durations)),
    new LatencyHistogram(),
  );
  expect(merged.count).toBe(40);
  expect(executions.filter(({ error_code }) => error_code === 'tool_not_found')).toMatchObject([{ tool: '_other' }]);
  const attempts = stats.flatMap((one) => one.attempts);
  expect(attempts.every(({ integration, outcome }) => `${integration} ${outcome}` === 'numbers 2xx')).toBe(true);
  expect(attempts.reduce((sum, { durations }) => sum + durations.count, 0)).toBe(40);

  for (const executor of executors) await executor.stop();
  const bucket = await (await servers.connect('registry')).bucket(buckets.latencies.name);
  const told = await Promise.all(
    ['executor-1', 'executor-2'].map(async (instance) =>
      StoredLatencies.parse(JSON.parse(Buffer.from((await bucket.get(instance))?.value ?? '{"tools":[]}').toString())),
    ),
  );
  const samples = told.flatMap(({ tools }) => tools);
  expect(samples.every(({ tool, scope }) => `${scope} ${tool}` === '_platform numbers_book')).toBe(true);
  expect(samples.reduce((sum, { durations }) => sum + durations.count, 0)).toBe(40);
});
