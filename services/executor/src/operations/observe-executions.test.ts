import { ExecuteRequest, type ExecutionResult, newId } from '@patchbay/contracts';
import { expect, test } from 'vitest';
import type { ExecutionEnd } from '../domain/telemetry/execution-metrics.ts';
import type { MeasuredTool } from '../domain/telemetry/tool-latencies.ts';
import { observeExecutions } from './observe-executions.ts';

const call = { tenant: 'acme', receivedAt: 0, traceparent: '', traceId: null };
const okay: ExecutionResult = {
  execution_id: newId('execution'),
  status: 'succeeded',
  output: null,
  error: null,
  truncated: false,
  tokens: 0,
  replayed: false,
  attempts: 1,
  tool: 'numbers_book',
  version: '1.0.0',
  timing: { total_ms: 21, upstream_ms: 20, overhead_ms: 1 },
};

async function observed(result: Partial<ExecutionResult>, request: { tool?: string; dry_run?: boolean } = {}) {
  const ends: ExecutionEnd[] = [];
  const measured: [MeasuredTool, number, number][] = [];
  const answer = { ...okay, ...result };
  const execute = observeExecutions(
    {
      metrics: { executionEnded: (end) => ends.push(end) },
      latencies: { record: (...sample) => measured.push(sample) },
      locate: (_tenant, tool) =>
        tool === 'numbers_book' ? { scope: '_platform', integration: 'numbers', tool: 'numbers_book' } : null,
      clock: () => 1_234,
      later: (work) => work(),
    },
    async () => answer,
  );
  expect(await execute(ExecuteRequest.parse({ tool: 'numbers_book', ...request }), call)).toBe(answer);
  return { ends, measured };
}

test('an execution is counted, and how long it took is remembered for its tool', async () => {
  const { ends, measured } = await observed({});
  expect(ends).toEqual([
    { tool: 'numbers_book', tenant: 'acme', status: 'succeeded', errorCode: null, replayed: false, totalMs: 21 },
  ]);
  expect(measured).toEqual([[{ scope: '_platform', integration: 'numbers', tool: 'numbers_book' }, 21, 1_234]]);
});

test.each<[string, Partial<ExecutionResult>]>([
  ['was answered from the ledger', { replayed: true }],
  ['sent nothing', { status: 'refused', attempts: 0 }],
  ['was cancelled', { status: 'cancelled' }],
])('one that %s is counted but says nothing about how long the tool takes', async (_, result) => {
  const { ends, measured } = await observed(result);
  expect(ends).toHaveLength(1);
  expect(measured).toEqual([]);
});

test('one that failed after all its waiting does say how long callers wait', async () => {
  expect((await observed({ status: 'failed' })).measured).toHaveLength(1);
});

test('a name that is no tool is counted as none, and a dry run not at all', async () => {
  const unknown = await observed({ status: 'refused', attempts: 0 }, { tool: 'no_such_tool' });
  expect(unknown.ends).toMatchObject([{ tool: null }]);
  const dry = await observed({}, { dry_run: true });
  expect([...dry.ends, ...dry.measured]).toEqual([]);
});
