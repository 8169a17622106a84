import { type AnalyticsRequest, PatchbayError, routes } from '@patchbay/contracts';
import { expect, test } from 'vitest';
import { type OverviewPorts, readOverview } from './read-overview.ts';

const at = Date.UTC(2026, 4, 1, 12, 0, 2);
const usage = (calls: number) => ({
  calls,
  succeeded: calls,
  failed: 0,
  refused: 0,
  cancelled: 0,
  outcome_unknown: 0,
  replayed: 0,
  mean_ms: 1,
  p50_ms: 1,
  p95_ms: 2,
  p99_ms: 3,
  max_ms: 4,
  tokens: 0,
  cost: null,
});
const circuit = (tenant: string | null, state: 'open' | 'closed') => ({
  host: `${tenant}.example`,
  tenant,
  watches: 'answers',
  state,
  opened_by: 'here',
  retry_after_ms: 5,
  calls: 1,
  failures: 1,
});

function setup({ executors = true } = {}) {
  const asked: AnalyticsRequest[] = [];
  let now = at;
  const ask = async (route: { readonly subject: string }, _values: unknown, request: AnalyticsRequest) => {
    if (route.subject === routes.queryAnalytics.subject) {
      asked.push(request);
      // 60 calls in each point that is whole, 7 in the one that is filling.
      const points = Array.from({ length: 61 }, (_, i) => ({
        key: new Date(Date.UTC(2026, 4, 1, 11, 55) + i * 5_000).toISOString(),
        ...usage(i === 60 ? 7 : 60),
      }));
      const groups = request.group_by === 'time' ? points : [{ key: 'x', ...usage(5) }];
      return { from: '', to: '', bucket_ms: null, currency: null, totals: usage(9), groups, more: false };
    }
    if (!executors) throw new PatchbayError('overloaded', {});
    return {
      executors: [
        {
          executor: 'e1',
          circuits: [
            circuit(null, 'open'),
            circuit('acme', 'open'),
            circuit('rival', 'open'),
            circuit('acme', 'closed'),
          ],
          omitted: 0,
        },
      ],
    };
  };
  const askEvery = async () => [
    {
      instance: 'e2',
      uptime_ms: 1,
      in_flight: 1,
      executions: [{ durations: { count: 4 } }, { durations: { count: 5 } }],
      replays: 2,
    },
  ];
  const read = readOverview({ ask, askEvery } as unknown as OverviewPorts, () => now);
  return { asked, read: (tenant: string | null) => read(tenant, '00-x'), pass: (ms: number) => (now += ms) };
}

test('a tenant is told of its own calls, and of circuits that hold its calls back', async () => {
  const { read, asked } = setup();
  const overview = await read('acme');
  expect(asked.every(({ tenant }) => tenant === 'acme')).toBe(true);
  expect(overview.per_second).toBe(12);
  expect(overview.points).toHaveLength(61);
  expect(overview.circuits?.map(({ tenant }) => tenant)).toEqual([null, 'acme']);
  expect(overview.executors).toBeNull();
  expect(overview).toMatchObject({
    errors: [{ code: 'x', calls: 5 }],
    tools: [{ tool: 'x', calls: 5 }],
    totals: { calls: 9 },
  });
});

test('the platform is told of all, and of each executor', async () => {
  const { read, asked } = setup();
  const overview = await read(null);
  expect(asked.every(({ tenant }) => tenant === null)).toBe(true);
  expect(overview.circuits?.map(({ tenant }) => tenant)).toEqual([null, 'acme', 'rival']);
  expect(overview.executors).toEqual([{ instance: 'e2', uptime_ms: 1, in_flight: 1, executions: 9, replays: 2 }]);
});

test('one answer serves a second, and only whoever asks for the same', async () => {
  const { read, asked, pass } = setup();
  const first = await read('acme');
  pass(999);
  expect(await read('acme')).toBe(first);
  expect(asked).toHaveLength(3);
  expect(await read('rival')).not.toBe(first);
  pass(1);
  expect(await read('acme')).not.toBe(first);
});

test('without an executor there is still a past to show', async () => {
  expect(await setup({ executors: false }).read('acme')).toMatchObject({ circuits: null, totals: { calls: 9 } });
});
