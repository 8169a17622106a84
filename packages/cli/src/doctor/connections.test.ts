import type { ExecutorStatus } from '@patchbay/contracts';
import { expect, test } from 'vitest';
import { executorFindings } from './connections.ts';

const executor = (rate_limits: ExecutorStatus['rate_limits']): ExecutorStatus => ({
  rate_limits,
  executors: 2,
  in_flight: 3,
  limit: 900,
});

test.each([
  ['shared by all', ['shared', 'shared'], 'ok', /shared over Redis/],
  ['kept alone by one', ['shared', 'local'], 'warn', /1 of 2 executors keep their part/],
  ['without Redis and several executors', ['none', 'none'], 'warn', /no Redis/],
  ['without Redis and one executor', ['none'], 'ok', /the one executor/],
] as const)('rate limits %s', (_what, limits, status, message) => {
  const findings = executorFindings(limits.map(executor));
  expect(findings.find(({ check }) => check === 'rate limits')).toMatchObject({
    status,
    message: expect.stringMatching(message),
  });
  expect(findings.find(({ check }) => check === 'executors')?.message).toContain('3 of 900');
});

test('executors that say nothing are no finding', () => {
  expect(executorFindings([])).toEqual([]);
});
