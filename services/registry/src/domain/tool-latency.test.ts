import { LatencyHistogram, type StoredLatencies } from '@patchbay/contracts';
import { expect, test } from 'vitest';
import { ObservedLatencies } from './observed-latencies.ts';
import { toolLatency } from './tool-latency.ts';
import { withLatency } from './with-latency.ts';

function stored(scope: string, ms: number, count: number, newestAt = 1_000): StoredLatencies {
  const durations = new LatencyHistogram();
  for (let i = 0; i < count; i++) durations.record(ms);
  return {
    tools: [{ scope, integration: 'slack', tool: 'post', newest_at: newestAt, durations: durations.snapshot() }],
  };
}
const declared = { p50_ms: 200, p95_ms: 900 };

test('what executors measured is added up, and one that is gone no longer counts', () => {
  const observed = new ObservedLatencies();
  observed.apply('executor-1', stored('_platform', 100, 30));
  observed.apply('executor-2', stored('_platform', 1_000, 10, 4_000));
  expect(toolLatency(declared, observed.of('_platform', 'slack', 'post'), 5_000)).toMatchObject({
    p50_ms: expect.closeTo(100, -1),
    p95_ms: expect.closeTo(1_000, -2),
    samples: 20,
    age_ms: 1_000,
    source: 'observed',
  });
  observed.apply('executor-2', null);
  expect(observed.of('_platform', 'slack', 'post')?.durations.count).toBe(30);
});

test("a tenant's own tool is measured apart from the shared one and from another tenant's", () => {
  const observed = new ObservedLatencies();
  observed.apply('executor-1', stored('acme', 5_000, 50));
  expect(observed.of('_platform', 'slack', 'post')).toBeNull();
  expect(observed.of('rival', 'slack', 'post')).toBeNull();
  expect(observed.of('acme', 'slack', 'post')?.durations.count).toBe(50);
});

test('too few samples give way to what the document says, and to nothing only when it says nothing', () => {
  const observed = new ObservedLatencies();
  observed.apply('executor-1', stored('_platform', 100, 9));
  const few = observed.of('_platform', 'slack', 'post');
  expect(toolLatency(declared, few, 0)).toEqual({
    ...declared,
    p99_ms: null,
    samples: 0,
    age_ms: null,
    source: 'declared',
  });
  expect(toolLatency(undefined, few, 0)).toMatchObject({ samples: 5, age_ms: 0, source: 'observed' });
  expect(toolLatency({ p95_ms: 700 }, null, 0)).toMatchObject({ p50_ms: null, p95_ms: 700, source: 'declared' });
  expect(toolLatency({}, null, 0)).toBeUndefined();
});

test.each([
  [1, 1],
  [19, 10],
  [499, 200],
  [999, 500],
  [90_000, 1_000],
])('of %i samples %i are told', (count, told) => {
  const observed = new ObservedLatencies();
  observed.apply('executor-1', stored('_platform', 1, count));
  expect(toolLatency(undefined, observed.of('_platform', 'slack', 'post'), 0)?.samples).toBe(told);
});

test('a definition says it where its format has a place, and nowhere else', () => {
  const latency = toolLatency(declared, null, 0);
  const definition = { name: 'post', _meta: { 'patchbay/risk': 'read' } };
  expect(withLatency(definition, 'patchbay', latency)).toEqual({ ...definition, latency });
  expect(withLatency(definition, 'mcp', latency)._meta).toEqual({
    'patchbay/risk': 'read',
    'patchbay/latency': latency,
  });
  for (const format of ['ai-sdk', 'langchain'] as const)
    expect(withLatency({ name: 'post', metadata: { risk: 'read' } }, format, latency).metadata).toEqual({
      risk: 'read',
      latency,
    });
  for (const format of ['anthropic', 'openai'] as const)
    expect(withLatency(definition, format, latency)).toBe(definition);
  expect(withLatency(definition, 'mcp', undefined)).toBe(definition);
});
