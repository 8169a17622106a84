import { expect, test } from 'vitest';
import { ExecutionMetrics } from '../domain/telemetry/execution-metrics.ts';
import type { AdmitCall } from '../operations/ports.ts';
import { countAttempt, countDecisions } from './count-calls.ts';

const noClass = () => 'default';

test('the answers of a limiter pass through and are counted, those given alone apart', async () => {
  const metrics = new ExecutionMetrics(noClass);
  const limiter = {
    shared: true,
    applies: () => true,
    admit: async (): ReturnType<AdmitCall['admit']> => null,
  };
  const counted = countDecisions(limiter, metrics);
  expect(await counted.admit('acme', {} as never, 'default')).toBeNull();
  limiter.admit = async () => ({ waitMs: 250, intervalMs: 1, scope: 'tool' });
  limiter.shared = false;
  expect(await counted.admit('acme', {} as never, 'default')).toEqual({ waitMs: 250, intervalMs: 1, scope: 'tool' });
  expect(counted.applies('acme', {} as never)).toBe(true);
  expect(metrics.limiter).toEqual({ admitted: 1, delayed: 1, local: 1 });
});

test('attempts are counted by their class of status, or by why there was none', () => {
  const metrics = new ExecutionMetrics(noClass);
  const end = (status: number | null, failure: 'unreachable' | null) =>
    countAttempt(metrics, 'slack').ended({ status, failure, errorCode: null, tookMs: 3 });
  end(200, null);
  end(204, null);
  end(503, null);
  end(null, 'unreachable');
  expect([...metrics.attempts.values()].map(({ outcome, durations }) => `${outcome} ${durations.count}`)).toEqual([
    '2xx 2',
    '5xx 1',
    'unreachable 1',
  ]);
});
