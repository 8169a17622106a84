import { expect, it } from 'vitest';
import { compare, renderReport, type Sample, summarise } from './peers-report.ts';

const sample = (over: Partial<Sample>): Sample => ({
  door: 'worker',
  name: 'worker',
  delayMs: 0,
  concurrency: 64,
  round: 1,
  calls: 1_000,
  failed: 0,
  seconds: 1,
  p50: 1,
  p95: 2,
  p99: 3,
  cpu: { worker: 0.2, nats: 0.1, driver: 5, upstream: 5 },
  memoryBytes: 1_048_576,
  ...over,
});

it('takes medians over rounds, and only the product’s processes for its processor time', () => {
  const [row] = summarise([
    sample({}),
    sample({ round: 2, calls: 2_000 }),
    sample({ round: 3, calls: 3_000, failed: 2 }),
  ]);
  expect(row).toMatchObject({ calls_per_second: 2_000, failed: 2 });
  expect(row?.cpu_seconds_per_1000).toBeCloseTo(0.15);
  expect(row?.cpu_by_process['driver']).toBeCloseTo(2.5);
});

it('holds a door against each peer at the most calls at once, and says what falls short', () => {
  const slow = { calls: 800, cpu: { executor: 0.3 } };
  const comparisons = compare(
    summarise([
      sample({}),
      sample({ concurrency: 1 }),
      sample({ door: 'node-red', name: 'Node-RED' }),
      sample({ door: 'nats-write', name: 'Patchbay write', ...slow }),
      sample({ door: 'rest', name: 'Patchbay REST', ...slow }),
    ]),
  );
  expect(comparisons.map(({ peer, ours, met }) => ({ peer, ours, met }))).toEqual([
    { peer: 'worker', ours: 'Patchbay write', met: true },
    { peer: 'Node-RED', ours: 'Patchbay REST', met: false },
  ]);
  expect(comparisons[0]?.calls_ratio).toBeCloseTo(0.8);
  // 0.3 s for 800 calls beside 0.3 s for 1,000.
  expect(comparisons[0]?.cpu_ratio).toBeCloseTo(1.25);
});

it('names what was not measured', () => {
  expect(renderReport([], [], [{ peer: 'n8n', reason: 'it ended (1)' }])).toContain('Not measured: n8n: it ended (1)');
});
