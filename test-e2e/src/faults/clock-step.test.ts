import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { publish, simpleDocument } from '../system.ts';
import { type FaultSystem, startFaultSystem, startTimeoutMs } from './fault-system.ts';
import { measured } from './measure.ts';

const minute = 60_000;
const clock = fileURLToPath(new URL('stepped-clock.mjs', import.meta.url));

describe.each([10 * minute, -10 * minute])('F34: when the clocks of services step by %i ms', (stepMs) => {
  let system: FaultSystem;
  beforeAll(async () => {
    const variables = { NODE_OPTIONS: `--import=${clock}`, PATCHBAY_TEST_CLOCK_STEP_MS: String(stepMs) };
    system = await startFaultSystem({ executors: 2, variables: { executor: variables, vault: variables } });
    await publish(system, simpleDocument('stepped'));
    for (let number = 0; number < 8; number++) await system.agent.execute('stepped_look', { number });
  }, startTimeoutMs);
  afterAll(() => system?.stop());

  const step = (service: 'executor' | 'vault', many = Number.POSITIVE_INFINITY) => {
    const found = system.patchbay.services.filter((one) => one.service === service);
    for (const { pid } of found.slice(0, many)) process.kill(pid as number, 'SIGUSR2');
  };

  test('calls under way keep their deadlines, claims are not given up, and a repeat has the first answer', async () => {
    await system.sandbox.behave({ integration: 'stepped', do: { kind: 'delay', ms: 1_200 } });
    const call = (key: string, number: number) =>
      system.agent.execute('stepped_book', { number }, { idempotencyKey: key, deadlineMs: 5_000 });
    const first = Array.from({ length: 10 }, (_, number) => call(`step-${number}`, number));
    while ((await system.sandbox.effects({ tool: 'stepped_book' })).length < 10) await delay(20);
    // One executor alone: the two now disagree by ten minutes on what time it is.
    step('executor', 1);
    step('vault');
    const repeats = await Promise.all(Array.from({ length: 20 }, (_, index) => call(`step-${index % 10}`, index % 10)));
    const results = await Promise.all(first);
    const wrong = [...results, ...repeats].filter(({ status }) => status !== 'succeeded');
    measured({
      row: 'F34',
      what: `${stepMs / minute} min: calls given up or expired wrongly, of 30`,
      unit: 'calls',
      value: wrong.length,
      bound: 0,
    });
    expect(wrong.map(({ status, error }) => [status, error?.code])).toEqual([]);
    expect(await system.sandbox.effects({ tool: 'stepped_book' })).toHaveLength(10);
  });

  test('what is submitted is carried out at once, by executors whose clock is another', async () => {
    await system.sandbox.reset();
    // Enough that each executor accepts some, and carries out some that the other accepted.
    const submitted = await Promise.all(
      Array.from({ length: 24 }, (_, number) =>
        system.agent.submit('stepped_book', { number: 100 + number }, { expiresInMs: 120_000 }),
      ),
    );
    const states = await Promise.all(
      submitted.map(
        async ({ submission_id }) => (await system.agent.result(submission_id, { waitMs: 40_000 })).result?.status,
      ),
    );
    const late = states.filter((status) => status !== 'succeeded').length;
    const what = `${stepMs / minute} min: submissions not carried out, of 24`;
    measured({ row: 'F34', what, unit: 'submissions', value: late, bound: 0 });
    expect(late).toBe(0);
  });

  test('and deadlines, leases and limits go on as before', async () => {
    await system.sandbox.reset();
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, number) =>
        system.agent.execute('stepped_look', { number }, { deadlineMs: 2_000 }),
      ),
    );
    expect(results.filter(({ status }) => status !== 'succeeded')).toEqual([]);
    await system.sandbox.behave({ integration: 'stepped', do: { kind: 'hang' } });
    const took: number[] = [];
    for (let number = 0; number < 3; number++) {
      const started = performance.now();
      expect((await system.agent.execute('stepped_look', { number }, { deadlineMs: 500 })).status).not.toBe(
        'succeeded',
      );
      took.push(performance.now() - started);
    }
    const over = Math.max(0, Math.min(...took) - 500);
    measured({
      row: 'F34',
      what: `${stepMs / minute} min: answer after the deadline`,
      unit: 'ms',
      value: over,
      bound: 50,
    });
    expect(over).toBeLessThanOrEqual(50);
    await system.sandbox.reset();
  });
});
