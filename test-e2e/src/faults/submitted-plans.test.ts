import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { publish, simpleDocument } from '../system.ts';
import { type FaultSystem, startFaultSystem, startTimeoutMs } from './fault-system.ts';
import { measured } from './measure.ts';

let system: FaultSystem;
beforeAll(async () => {
  system = await startFaultSystem({ executors: 2 });
  await publish(system, simpleDocument('queued'));
  // Executors know the tool, have its lease and a socket.
  await Promise.all(Array.from({ length: 12 }, (_, number) => system.agent.execute('queued_look', { number })));
}, startTimeoutMs);
afterAll(() => system?.stop());

const plans = 6;
const callsOfEach = 6;

test('submitted plans whose executors are killed in the middle are finished, and no call of them acts twice', async () => {
  await system.sandbox.reset();
  await system.sandbox.behave({ tool: 'queued_book', do: { kind: 'delay', ms: 150 } });
  const numberOf = (plan: number, call: number) => plan * 100 + call;
  const accepted = await Promise.all(
    Array.from({ length: plans }, (_, plan) =>
      system.agent.submitPlan({
        // Short, because the claim of a lost call is given up 10 s after it.
        deadlineMs: 5_000,
        calls: Array.from({ length: callsOfEach }, (_, call) => ({
          id: `c${call}`,
          tool: 'queued_book',
          arguments: { number: numberOf(plan, call) },
          dependsOn: call === 0 ? [] : [`c${call - 1}`],
          // What the kill left unknown must not keep the rest from being done.
          onError: 'continue' as const,
        })),
      }),
    ),
  );
  const effects = async () =>
    (await system.sandbox.effects({ tool: 'queued_book' })).map(({ arguments: { number } }) => number as number);
  await vi.waitFor(async () => expect((await effects()).length).toBeGreaterThan(plans * 2), {
    timeout: 20_000,
    interval: 10,
  });
  for (const executor of system.executors()) executor.kill('SIGKILL');
  const before = (await effects()).length;
  // In the middle of the plans, or the kill shows nothing.
  expect(before).toBeLessThan(plans * callsOfEach);
  await Promise.all([system.patchbay.addService('executor'), system.patchbay.addService('executor')]);
  const results = await Promise.all(
    accepted.map(({ submission_id }) =>
      vi.waitFor(
        async () => {
          const found = await system.agent.result(submission_id);
          expect(found.state).toBe('done');
          return found;
        },
        { timeout: 120_000, interval: 500 },
      ),
    ),
  );
  const seen = await effects();
  const double = seen.filter((number, index) => seen.indexOf(number) !== index);
  const calls = results.flatMap(({ plan: answered }, plan) =>
    (answered?.results ?? []).map(({ status, replayed }, call) => ({ number: numberOf(plan, call), status, replayed })),
  );
  const told = calls.filter(({ status }) => status === 'succeeded').map(({ number }) => number);
  const lost = told.filter((number) => !seen.includes(number));
  const unknown = calls.filter(({ status }) => status === 'outcome_unknown').length;
  const row = 'submitted plans';
  measured({ row, what: `effects twice, of ${calls.length} calls`, unit: 'effects', value: double.length, bound: 0 });
  measured({ row, what: 'succeeded without an effect', unit: 'calls', value: lost.length, bound: 0 });
  measured({ row, what: 'unknown, one a plan at most', unit: 'calls', value: unknown, bound: plans });
  expect(calls).toHaveLength(plans * callsOfEach);
  expect(double).toEqual([]);
  expect(lost).toEqual([]);
  expect(unknown).toBeLessThanOrEqual(plans);
  expect(told.length + unknown).toBe(calls.length);
  // Some calls had their answer before the kill: those were read, not made again.
  expect(calls.some(({ status, replayed }) => status === 'succeeded' && replayed)).toBe(true);
  expect(results.some(({ tries }) => tries > 1)).toBe(true);
}, 240_000);
