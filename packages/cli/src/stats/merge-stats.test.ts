import { type ExecutorStats, LatencyHistogram } from '@patchbay/contracts';
import { expect, test } from 'vitest';
import { renderStats } from '../render/stats.ts';
import { createStyle } from '../render/style.ts';
import { reportOf } from './merge-stats.ts';

const durationsOf = (...durations: number[]) => {
  const histogram = new LatencyHistogram();
  for (const ms of durations) histogram.record(ms);
  return histogram.snapshot();
};

function statsOf(instance: string, uptime: number, times: number[], failures = 0): ExecutorStats {
  const series = { tool: 'slack_post_message', tenant_class: 'default' };
  return {
    instance,
    uptime_ms: uptime,
    in_flight: 2,
    executions: [
      { ...series, status: 'succeeded', error_code: null, durations: durationsOf(...times) },
      {
        ...series,
        status: 'failed',
        error_code: 'upstream_error',
        durations: durationsOf(...new Array<number>(failures).fill(900)),
      },
    ],
    attempts: [{ integration: 'slack', outcome: '2xx', durations: durationsOf(...times) }],
    limiter: { admitted: times.length, delayed: 1, local: 0 },
    replays: 1,
    circuits: [{ host: 'slack.com', tenant: null, state: 'open' }],
  };
}

test('executors are added up, with rates of the time between two looks', () => {
  const report = reportOf(
    [statsOf('one', 2_000, [10, 10, 10], 1), statsOf('two', 900, [500])],
    [statsOf('one', 1_000, [10], 1)],
    { seconds: 2, interval: false },
  );
  expect(report.total).toMatchObject({ count: 5, per_second: 1.5, errors: { upstream_error: 1 } });
  expect(report.total.p50_ms).toBeCloseTo(10, 0);
  expect(report.total.p99_ms).toBeGreaterThan(850);
  expect(report).toMatchObject({ in_flight: 4, replays: 2, limiter: { admitted: 4, delayed: 2, local: 0 } });
  expect(report.circuits.map(({ instance, host }) => `${instance} ${host}`)).toEqual([
    'one slack.com',
    'two slack.com',
  ]);
});

test('of an interval, only what happened in it counts', () => {
  const report = reportOf([statsOf('one', 2_000, [10, 10, 700, 700], 3)], [statsOf('one', 1_000, [10, 10], 1)], {
    seconds: 1,
    interval: true,
  });
  expect(report.total).toMatchObject({ count: 4, per_second: 4, errors: { upstream_error: 2 } });
  expect(report.total.p50_ms).toBeGreaterThan(650);
  expect(report).toMatchObject({ replays: 0, limiter: { admitted: 2, delayed: 0 } });
});

test('an executor that began again under its name is not told from what it was', () => {
  const report = reportOf([statsOf('one', 100, [10])], [statsOf('one', 9_000, [10, 10, 10], 4)], {
    seconds: 1,
    interval: true,
  });
  expect(report.total).toMatchObject({ count: 1, per_second: 1, errors: {} });
});

test('executors that did nothing make an empty report, which can be shown', () => {
  const report = reportOf([], [], { seconds: 1, interval: false });
  expect(report.total.count).toBe(0);
  const io = { stdout: { columns: 100 } } as never;
  expect(renderStats(report, { io, style: createStyle(false) })).toBe('0 executors, 0 in flight, 0 executions, 0/s');
});
