import { ExecutionStatus, ExecutorStats, errorCatalogue, otherLabel } from '@patchbay/contracts';
import { expect, test } from 'vitest';
import { type ExecutionEnd, ExecutionMetrics } from './execution-metrics.ts';
import { parseTenantClasses } from './tenant-classes.ts';

const succeeded: ExecutionEnd = {
  tool: 'slack_post_message',
  tenant: 'acme',
  status: 'succeeded',
  errorCode: null,
  replayed: false,
  totalMs: 20,
};

test('executions are counted by tool, tenant class and what became of them', () => {
  const metrics = new ExecutionMetrics(parseTenantClasses('acme=gold'));
  metrics.executionEnded(succeeded);
  metrics.executionEnded({ ...succeeded, totalMs: 30, replayed: true });
  metrics.executionEnded({ ...succeeded, tenant: 'rival', status: 'failed', errorCode: 'upstream_error' });
  metrics.attemptEnded('slack', '2xx', 12);
  metrics.limiterAnswered(true, false);
  metrics.limiterAnswered(false, true);
  const stats = metrics.stats();
  expect(
    stats.executions.map(({ tool, tenant_class, status, error_code, durations }) =>
      [tool, tenant_class, status, error_code, durations.count].join(' '),
    ),
  ).toEqual(['slack_post_message gold succeeded  2', 'slack_post_message default failed upstream_error 1']);
  expect(stats.attempts).toMatchObject([{ integration: 'slack', outcome: '2xx', durations: { count: 1 } }]);
  expect(stats.limiter).toEqual({ admitted: 1, delayed: 1, local: 1 });
  expect(stats.replays).toBe(1);
});

test('a name that is no tool becomes no label', () => {
  const metrics = new ExecutionMetrics(parseTenantClasses(''));
  metrics.executionEnded({ ...succeeded, tool: null, status: 'refused', errorCode: 'tool_not_found' });
  expect([...metrics.executions.values()]).toMatchObject([{ tool: otherLabel, errorCode: 'tool_not_found' }]);
});

test('10,000 tools of 10,000 tenants with every status and error stay within the bound, and none goes uncounted', () => {
  const metrics = new ExecutionMetrics(parseTenantClasses('*=hash:16'));
  const codes = [null, ...Object.keys(errorCatalogue)];
  for (let i = 0; i < 10_000; i++) {
    for (let j = 0; j < 6; j++) {
      const status = ExecutionStatus.options[(i + j) % ExecutionStatus.options.length] as ExecutionStatus;
      metrics.executionEnded({
        tool: `tool_${(i * 7 + j) % 10_000}`,
        tenant: `tenant-${i}`,
        status,
        errorCode: codes[(i + j) % codes.length] as string | null,
        replayed: false,
        totalMs: (i * 13 + j * 101) % 90_000,
      });
    }
    metrics.attemptEnded(`integration_${i}`, '2xx', 5);
    if (i % 1_000 === 0) metrics.rank();
  }
  // Past 1,000 series there are only those of `_other` by status and code.
  expect(metrics.executions.size).toBeLessThanOrEqual(1_000 + ExecutionStatus.options.length * codes.length);
  expect(metrics.attempts.size).toBeLessThanOrEqual(201);
  const stats = metrics.stats();
  expect(stats.executions.reduce((sum, { durations }) => sum + durations.count, 0)).toBe(60_000);
  expect(stats.attempts.reduce((sum, { durations }) => sum + durations.count, 0)).toBe(10_000);
  expect(new Set(stats.executions.map(({ tool }) => tool)).size).toBeLessThanOrEqual(201);
  // What is asked of an executor fits into one message.
  const answer = JSON.stringify({ instance: 'executor-1', in_flight: 0, ...stats });
  expect(answer.length).toBeLessThan(1_048_576);
  expect(ExecutorStats.parse(JSON.parse(answer)).executions.length).toBe(metrics.executions.size);
});

test('a tool that lost its label is counted with the others, and the busy one has one from then on', () => {
  const metrics = new ExecutionMetrics(parseTenantClasses(''), { maxTools: 1, maxSeries: 100 });
  metrics.executionEnded({ ...succeeded, tool: 'idle' });
  metrics.attemptEnded('idle', '2xx', 1);
  for (let i = 0; i < 10; i++) {
    metrics.executionEnded({ ...succeeded, tool: 'busy' });
    metrics.attemptEnded('busy', '2xx', 1);
  }
  metrics.rank();
  metrics.executionEnded({ ...succeeded, tool: 'busy' });
  metrics.attemptEnded('busy', '2xx', 1);
  const counts = (series: Iterable<{ durations: { count: number } }>, label: 'tool' | 'integration') =>
    Object.fromEntries([...series].map((one) => [(one as never)[label], one.durations.count]));
  expect(counts(metrics.executions.values(), 'tool')).toEqual({ [otherLabel]: 11, busy: 1 });
  expect(counts(metrics.attempts.values(), 'integration')).toEqual({ [otherLabel]: 11, busy: 1 });
});
