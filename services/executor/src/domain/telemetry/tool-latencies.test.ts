import { buckets, LatencyHistogram, StoredLatencies } from '@patchbay/contracts';
import { expect, test } from 'vitest';
import { ToolLatencies } from './tool-latencies.ts';

const slack = { scope: '_platform', integration: 'slack', tool: 'slack_post_message' };
const hour = 3_600_000;

const p95 = (latencies: ToolLatencies, tool = slack.tool) =>
  LatencyHistogram.from(
    latencies.digests().tools.find((one) => one.tool === tool)?.durations ?? { count: 0, sum_ms: 0, buckets: [] },
  ).quantile(0.95);

test('digests tell how long each tool of each scope took', () => {
  const latencies = new ToolLatencies();
  for (const ms of [100, 100, 900]) latencies.record(slack, ms, 1_000);
  latencies.record({ ...slack, scope: 'acme' }, 5, 2_000);
  const [own, shared] = StoredLatencies.parse(JSON.parse(JSON.stringify(latencies.digests()))).tools;
  expect(shared).toMatchObject({ ...slack, newest_at: 1_000, durations: { count: 3 } });
  expect(own).toMatchObject({ scope: 'acme', newest_at: 2_000, durations: { count: 1 } });
  expect(p95(latencies)).toBeDefined();
});

test('what was long ago is forgotten: after two windows only the recent past counts', () => {
  const latencies = new ToolLatencies();
  for (let i = 0; i < 600; i++) latencies.record(slack, 2_000, 0);
  for (let i = 0; i < 1_000; i++) latencies.record(slack, 100, 1);
  expect(p95(latencies)).toBeLessThan(110);
  // Few calls leave a window after an hour.
  const quiet = new ToolLatencies();
  quiet.record(slack, 2_000, 0);
  quiet.record(slack, 100, hour);
  expect(p95(quiet)).toBeGreaterThan(1_900);
  quiet.record(slack, 100, 2 * hour);
  expect(p95(quiet)).toBeLessThan(110);
});

test('10,000 tools stay within the bound and fit into the bucket; the ones called last are kept', () => {
  const latencies = new ToolLatencies();
  for (let i = 0; i < 10_000; i++) {
    const tool = { scope: `tenant-${i}`, integration: 'own', tool: `own_tool_${i}` };
    for (let j = 0; j < 30; j++) latencies.record(tool, ((i * 31 + j * 977) % 120_000) + 0.5, i);
  }
  const { tools } = latencies.digests();
  expect(tools.length).toBeLessThanOrEqual(500);
  expect(tools.length).toBeGreaterThan(300);
  expect(tools[0]?.tool).toBe('own_tool_9999');
  expect(JSON.stringify({ tools }).length).toBeLessThan(buckets.latencies.maxValueBytes);
});

test('a process goes on from what its predecessor left', () => {
  const before = new ToolLatencies();
  for (let i = 0; i < 20; i++) before.record(slack, 300, 50);
  const after = new ToolLatencies();
  after.resume(before.digests(), 100);
  after.record(slack, 300, 200);
  expect(after.digests().tools).toMatchObject([{ ...slack, newest_at: 200, durations: { count: 21 } }]);
});
