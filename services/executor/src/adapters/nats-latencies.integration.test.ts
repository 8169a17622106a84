import { buckets, StoredLatencies } from '@patchbay/contracts';
import type { Bucket } from '@patchbay/messaging';
import { startTestServers, type TestServers } from '@patchbay/testkit';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { ToolLatencies } from '../domain/telemetry/tool-latencies.ts';
import { publishLatencies } from './nats-latencies.ts';

const slack = { scope: '_platform', integration: 'slack', tool: 'slack_post_message' };
const unexpected = (error: unknown) => {
  throw error;
};
let servers: TestServers;
let bucket: Bucket;
let reader: Bucket;

beforeAll(async () => {
  servers = await startTestServers({ redis: false });
  bucket = await (await servers.connect('executor')).bucket(buckets.latencies.name);
  reader = await (await servers.connect('registry')).bucket(buckets.latencies.name);
});
afterAll(() => servers?.stop());

async function stored(instance: string) {
  const entry = await reader.get(instance);
  return entry === null ? null : StoredLatencies.parse(JSON.parse(Buffer.from(entry.value).toString())).tools;
}

test('what an executor measured reaches the bucket while it runs, and the rest when it stops', async () => {
  const latencies = new ToolLatencies();
  const publisher = await publishLatencies(bucket, 'executor-1', latencies, unexpected, 20);
  expect(await stored('executor-1')).toBeNull();
  latencies.record(slack, 120, Date.now());
  await vi.waitFor(async () => expect(await stored('executor-1')).toMatchObject([{ ...slack }]), { timeout: 10_000 });
  latencies.record(slack, 130, Date.now());
  await publisher.close();
  expect(await stored('executor-1')).toMatchObject([{ durations: { count: 2 } }]);
});

test('an executor that starts again under its name goes on from what it left', async () => {
  const before = new ToolLatencies();
  const publisher = await publishLatencies(bucket, 'executor-2', before, unexpected);
  before.record(slack, 120, Date.now());
  await publisher.close();
  const after = new ToolLatencies();
  await (await publishLatencies(bucket, 'executor-2', after, unexpected)).close();
  expect(after.digests().tools).toMatchObject([{ ...slack, durations: { count: 1 } }]);
});

test('a store that refuses is reported and asked again, and something else under its name is passed over', async () => {
  await bucket.put('executor-3', 'no json');
  const errors: unknown[] = [];
  const refusal = new Error('no');
  let refuse = true;
  const moody = {
    get: bucket.get,
    put: async (...args: Parameters<Bucket['put']>) => {
      if (refuse) throw refusal;
      return bucket.put(...args);
    },
  };
  const latencies = new ToolLatencies();
  const publisher = await publishLatencies(moody, 'executor-3', latencies, (error) => errors.push(error), 20);
  latencies.record(slack, 120, Date.now());
  await vi.waitFor(() => expect(errors.length).toBeGreaterThan(0), { timeout: 10_000 });
  refuse = false;
  await publisher.close();
  expect(await stored('executor-3')).toHaveLength(1);
});
