import type { CancelRequest, CancelResult } from '@patchbay/contracts';
import { describe, expect, test, vi } from 'vitest';
import { type RunningExecution, RunningExecutions } from '../domain/running-executions.ts';
import { createCancelExecution } from './cancel-execution.ts';

const running = (over: Partial<RunningExecution> = {}): RunningExecution => ({
  tenant: 'acme',
  executionId: 'exe_1',
  idempotencyKey: 'k',
  session: 's',
  risk: 'read',
  abort: new AbortController(),
  attempted: false,
  ...over,
});

function setup(executions: RunningExecution[], elsewhere: CancelResult[] = []) {
  const registry = new RunningExecutions();
  for (const execution of executions) registry.add(execution);
  const cancel = vi.fn(
    async (_tenant: string, _request: CancelRequest, enough: (answers: CancelResult[]) => boolean) => {
      enough(elsewhere);
      return elsewhere;
    },
  );
  return { cancelExecution: createCancelExecution({ running: registry, others: { cancel } }), cancel };
}

describe('cancelling', () => {
  test('by id or key aborts what runs here without asking others', async () => {
    const execution = running();
    const { cancelExecution, cancel } = setup([execution]);
    expect(await cancelExecution('acme', { execution_id: 'exe_1' })).toEqual({
      cancelled: [{ execution_id: 'exe_1', effect: 'aborted' }],
    });
    expect(execution.abort.signal.aborted).toBe(true);
    expect(await cancelExecution('acme', { idempotency_key: 'k' })).toMatchObject({
      cancelled: [{ execution_id: 'exe_1' }],
    });
    expect(cancel).not.toHaveBeenCalled();
  });

  test('lets a write that was sent finish', async () => {
    const { cancelExecution } = setup([
      running({ risk: 'write', attempted: true }),
      running({ executionId: 'exe_2', risk: 'write' }),
    ]);
    expect((await cancelExecution('acme', { session: 's' })).cancelled).toEqual([
      { execution_id: 'exe_1', effect: 'finishing' },
      { execution_id: 'exe_2', effect: 'aborted' },
    ]);
  });

  test('a session gathers what all executors stopped, each once', async () => {
    const { cancelExecution } = setup(
      [running()],
      [
        { cancelled: [{ execution_id: 'exe_9', effect: 'aborted' }] },
        { cancelled: [{ execution_id: 'exe_1', effect: 'aborted' }] },
      ],
    );
    expect((await cancelExecution('acme', { session: 's' })).cancelled.map(({ execution_id }) => execution_id)).toEqual(
      ['exe_1', 'exe_9'],
    );
  });

  test('what runs elsewhere is found there', async () => {
    const { cancelExecution, cancel } = setup([], [{ cancelled: [{ execution_id: 'exe_9', effect: 'aborted' }] }]);
    expect((await cancelExecution('acme', { idempotency_key: 'other' })).cancelled).toHaveLength(1);
    expect(cancel).toHaveBeenCalledOnce();
  });

  test("never touches another tenant's executions", async () => {
    const execution = running({ tenant: 'rival' });
    const { cancelExecution } = setup([execution]);
    for (const target of [{ execution_id: 'exe_1' }, { idempotency_key: 'k' }, { session: 's' }])
      expect(await cancelExecution('acme', target)).toEqual({ cancelled: [] });
    expect(execution.abort.signal.aborted).toBe(false);
  });

  test('leaves other keys and sessions alone', async () => {
    const { cancelExecution } = setup([running()]);
    expect(await cancelExecution('acme', { session: 'other' })).toEqual({ cancelled: [] });
    expect(await cancelExecution('acme', { idempotency_key: 'other' })).toEqual({ cancelled: [] });
  });
});
