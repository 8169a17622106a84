import { buckets, LatencyHistogram, routes, type StoredLatencies } from '@patchbay/contracts';
import type { Bucket, Messaging } from '@patchbay/messaging';
import type { RunningService } from '@patchbay/service-kit';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { startRegistry } from '../src/main.ts';
import { integrationDocument } from './documents.ts';
import { type NatsFixture, startNatsFixture } from './nats-fixture.ts';

let nats: NatsFixture;
let registry: RunningService;
let admin: Messaging;
let agent: Messaging;
let bucket: Bucket;

beforeAll(async () => {
  nats = await startNatsFixture();
  registry = await startRegistry(nats.registryConfig('registry-1'));
  admin = await nats.connect('admin');
  agent = await nats.connect('agent', 'acme');
  bucket = await (await nats.connect('executor')).bucket(buckets.latencies.name);
  await admin.request(
    routes.registerIntegration,
    {},
    { document: integrationDocument({ id: 'crm', version: '1.0.0', tools: { find: {} } }) },
  );
});
afterAll(async () => {
  await registry?.stop();
  await nats?.stop();
});

function measured(scope: string, ms: number): StoredLatencies {
  const durations = new LatencyHistogram();
  for (let i = 0; i < 50; i++) durations.record(ms);
  return {
    tools: [
      { scope, integration: 'crm', tool: 'crm_find', newest_at: Date.now() - 5_000, durations: durations.snapshot() },
    ],
  };
}

const describeIn = (format: 'patchbay' | 'anthropic' | 'openai' | 'mcp') =>
  agent.request(routes.describeTools, { tenant: 'acme' }, { tools: ['crm_find'], format });

test('an agent is told how long a tool takes, in every way it looks at tools, and not in a model API’s schema', async () => {
  expect((await describeIn('anthropic')).latencies).toEqual({});
  await bucket.put('executor-1', JSON.stringify(measured('_platform', 400)));
  await bucket.put('executor-2', 'no json');
  const latency = { p50_ms: expect.closeTo(400, -2), samples: 50, source: 'observed' };
  await vi.waitFor(async () => expect((await describeIn('anthropic')).latencies).toMatchObject({ crm_find: latency }), {
    timeout: 10_000,
  });
  const [ours, anthropic, openai, mcp] = await Promise.all(
    (['patchbay', 'anthropic', 'openai', 'mcp'] as const).map(async (format) => (await describeIn(format)).tools[0]),
  );
  expect(ours).toMatchObject({ latency });
  expect(mcp).toMatchObject({ _meta: { 'patchbay/latency': latency } });
  expect(JSON.stringify([anthropic, openai])).not.toContain('p95_ms');
  expect((await agent.request(routes.listTools, { tenant: 'acme' }, {})).tools).toMatchObject([{ latency }]);
  expect((await agent.request(routes.searchTools, { tenant: 'acme' }, { query: 'find' })).tools).toMatchObject([
    { latency },
  ]);
});

test("what another tenant's tool of the same name took is not told", async () => {
  await bucket.put('executor-1', JSON.stringify(measured('rival', 9_000)));
  await vi.waitFor(async () => expect((await describeIn('mcp')).latencies).toEqual({}), { timeout: 10_000 });
});
