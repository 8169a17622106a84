import {
  type ExecuteRequest,
  newId,
  type PlanFinished,
  type PlanProgress,
  PlanRequest,
  PlanResult,
} from '@patchbay/contracts';
import type { ExecuteInput, ExecuteOutcome, PreparedTool } from '@patchbay/execution-engine';
import { describe, expect, test, vi } from 'vitest';
import { cancelRunning } from '../domain/cancel-running.ts';
import { createExecutePlan } from './execute-plan.ts';
import { createExecuteTool, type ExecuteToolPorts } from './execute-tool.ts';
import { harness, succeeded, toolOf } from './fakes.test-support.ts';

type Input = { readonly calls: Record<string, unknown>[]; readonly [field: string]: unknown };

/** Plans over the real execution operation, whose engine answers with the arguments, or as `engine` says. */
function plans(engine?: (input: ExecuteInput) => Promise<ExecuteOutcome>, over: Partial<ExecuteToolPorts> = {}) {
  const anything = { validateArguments: () => [] };
  const tools: Record<string, PreparedTool> = {
    acme_do: toolOf({ ...anything }),
    acme_look: toolOf({ ...anything, name: 'acme_look', risk: 'read' }),
    acme_strict: toolOf({ name: 'acme_strict' }),
  };
  const find = vi.fn((_tenant: string, name: string) => tools[name] ?? null);
  const echo = async (input: ExecuteInput) => ({ ...succeeded, output: input.arguments });
  const executed: ExecuteInput[] = [];
  const h = harness({
    tools: { find, names: () => [] },
    engine: {
      ...harness().ports.engine,
      execute(input) {
        executed.push(input);
        input.onAttempt?.({ number: 1, method: 'POST', host: 'api.example.com', urlTemplate: '/do' });
        return (engine ?? echo)(input);
      },
    },
    ...over,
  });
  const events: PlanProgress[] = [];
  const finished: PlanFinished[] = [];
  const asked: ExecuteRequest[] = [];
  const executeTool = createExecuteTool(h.ports);
  const executePlan = createExecutePlan({
    executeTool: (request, call) => {
      asked.push(request);
      return executeTool(request, call);
    },
    tools: h.ports.tools,
    plans: h.ports.running.plans,
    hasRoom: () => true,
    announce: { progress: (_tenant, event) => events.push(event), finished: (_tenant, event) => finished.push(event) },
    background: h.ports.background,
  });
  return {
    ...h,
    executed,
    asked,
    events,
    finished,
    async run(plan: Input) {
      const call = {
        tenant: 'acme',
        receivedAt: performance.now(),
        traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
        traceId: 'a'.repeat(32),
      };
      return PlanResult.parse(await executePlan(PlanRequest.parse(plan), call));
    },
  };
}
const look = (id: string, over: Record<string, unknown> = {}) => ({ id, tool: 'acme_look', ...over });
const act = (id: string, over: Record<string, unknown> = {}) => ({ id, tool: 'acme_do', ...over });
const brief = (result: PlanResult) => result.results.map(({ id, status, error }) => [id, status, error?.code ?? null]);
const hang = () => new Promise<ExecuteOutcome>(() => {});

describe('a plan', () => {
  test('hands results on, answers in the order asked, and says how far it came', async () => {
    const { run, executed, events, finished } = plans();
    const result = await run({
      calls: [
        act('book', { arguments: { who: { $from: 'find', path: 'id' } } }),
        look('find', { arguments: { id: 7 } }),
      ],
      context: { session: 'call-77' },
    });
    expect(result).toMatchObject({ status: 'succeeded', counts: { succeeded: 2 }, error: null });
    expect(result.results.map(({ id, output }) => [id, output])).toEqual([
      ['book', { who: 7 }],
      ['find', { id: 7 }],
    ]);
    expect(executed.map((input) => input.arguments)).toEqual([{ id: 7 }, { who: 7 }]);
    expect(events.map(({ call, status, ended, total }) => [call, status, ended, total])).toEqual([
      ['find', 'started', 0, 2],
      ['find', 'succeeded', 1, 2],
      ['book', 'started', 1, 2],
      ['book', 'succeeded', 2, 2],
    ]);
    expect(events.map(({ execution_id }) => execution_id)).toContain(result.results[0]?.execution_id);
    expect(JSON.stringify(events)).not.toContain('"id":7');
    expect(finished).toEqual([
      {
        plan_id: result.plan_id,
        session: 'call-77',
        status: 'succeeded',
        counts: { succeeded: 2 },
        timing: result.timing,
      },
    ]);
    expect(result.timing.calls_ms).toBeCloseTo(
      result.results.reduce((sum, { timing }) => sum + timing.total_ms, 0),
      1,
    );
  });

  test('spells a partial failure out, call by call', async () => {
    const { run, audited, background } = plans();
    const result = await run({
      calls: [
        look('fine'),
        { id: 'unknown', tool: 'acme_nothing' },
        { id: 'wrong', tool: 'acme_strict', arguments: {} },
        look('absent', { arguments: { x: { $from: 'fine', path: 'no.where' } } }),
        look('after', { depends_on: ['wrong'] }),
        look('unmet', { when: "fine.status = 'failed'" }),
      ],
    });
    expect(brief(result)).toEqual([
      ['fine', 'succeeded', null],
      ['unknown', 'refused', 'tool_not_found'],
      ['wrong', 'refused', 'invalid_arguments'],
      ['absent', 'refused', 'invalid_arguments'],
      ['after', 'skipped', null],
      ['unmet', 'skipped', null],
    ]);
    expect(result).toMatchObject({ status: 'partial', counts: { succeeded: 1, refused: 3, skipped: 2 } });
    expect(result.results[3]?.error).toMatchObject({
      message: "arguments.x refers to 'no.where' of call 'fine', which is not in its output",
      details: { issues: [{ path: 'arguments.x' }] },
    });
    expect(result.results[4]?.skipped).toEqual({ reason: 'dependency', call: 'wrong' });
    expect(result.results[5]?.skipped).toEqual({ reason: 'condition', call: null });
    await background.settled();
    // Every execution is in the audit log as a call of this plan; what never began is not.
    expect(audited.map(([, , , data]) => data.plan_id)).toEqual(audited.map(() => result.plan_id));
    expect(new Set(audited.map(([, , id]) => id)).size).toBe(3);
  });

  test.each([
    ['a circle', [look('a', { depends_on: ['b'] }), look('b', { depends_on: ['a'] })], 'calls[0]', 'a -> b -> a'],
    ['an unknown id', [look('ok'), look('a', { depends_on: ['x'] })], 'calls[1].depends_on[0]', "'x' is not a call"],
    ['an id given twice', [look('a'), look('a')], 'calls[1].id', 'already'],
  ])('with %s is refused before anything runs', async (_what, calls, path, message) => {
    const { run, executed, events } = plans();
    const result = await run({ calls });
    expect(result).toMatchObject({ status: 'refused', error: { code: 'invalid_request' }, counts: { refused: 2 } });
    expect(result.error?.message).toContain(message);
    expect(result.error?.details.issues).toMatchObject([{ path }]);
    expect(brief(result).map(([, ...rest]) => rest)).toEqual(calls.map(() => ['refused', 'invalid_request']));
    expect([executed, events]).toEqual([[], []]);
  });

  test('that fits no message leaves the largest outputs out, and says so', async () => {
    const big = 'x'.repeat(600_000);
    const { run } = plans(async ({ arguments: { size } }) => ({
      ...succeeded,
      output: size === 'big' ? big : 'small',
    }));
    const result = await run({
      calls: [look('a', { arguments: { size: 'big' } }), look('b'), look('c', { arguments: { size: 'big' } })],
    });
    expect(result.results.map(({ status, output_left_out }) => [status, output_left_out])).toEqual([
      ['succeeded', true],
      ['succeeded', false],
      ['succeeded', false],
    ]);
    expect(Buffer.byteLength(JSON.stringify(result))).toBeLessThanOrEqual(1_048_576);
  });

  test('runs as many calls at a time as it may', async () => {
    let [now, most] = [0, 0];
    const { run } = plans(async () => {
      most = Math.max(most, ++now);
      await new Promise((resolve) => setImmediate(resolve));
      now--;
      return succeeded;
    });
    await run({ calls: Array.from({ length: 9 }, (_, i) => look(`c${i}`)), concurrency: 3 });
    expect(most).toBe(3);
  });
});

describe('writes to one connection', () => {
  const order = async (calls: Record<string, unknown>[], more: Record<string, unknown> = {}) => {
    const open: { id: unknown; end: () => void }[] = [];
    const { run } = plans(
      ({ arguments: { id } }) => new Promise((resolve) => open.push({ id, end: () => resolve(succeeded) })),
    );
    const running = run({ calls: calls.map((call) => ({ ...call, arguments: { id: call.id } })), ...more });
    const rounds: unknown[][] = [];
    for (let ended = 0; ended < calls.length; ) {
      await vi.waitFor(() => expect(open.length).toBeGreaterThan(0));
      const round = open.splice(0);
      rounds.push(round.map(({ id }) => id));
      for (const { end } of round) end();
      ended += round.length;
    }
    await running;
    return rounds;
  };
  const [one, two] = [newId('connection'), newId('connection')];
  const calls = [
    act('a', { connection: one }),
    look('read', { connection: one }),
    act('b', { connection: one }),
    act('c', { connection: two }),
  ];
  test('go in the order asked when the plan asks for it, reads and other connections beside them', async () => {
    expect(await order(calls, { order: 'per_connection' })).toEqual([['read', 'a', 'c'], ['b']]);
    expect(await order(calls)).toEqual([['read', 'a', 'b', 'c']]);
  });
  test('are one after another too where a call leaves the connection to its default', async () => {
    expect(await order([...calls, act('d')], { order: 'per_connection' })).toEqual([
      ['read', 'a'],
      ['b'],
      ['c'],
      ['d'],
    ]);
  });
});

describe('the deadline', () => {
  test('of the plan answers every call: the ended, the hung and those that never began', async () => {
    const { run } = plans(({ arguments: { hangs } }) => (hangs ? hang() : Promise.resolve(succeeded)));
    const hung = { arguments: { hangs: true } };
    const result = await run({
      calls: [look('fine'), look('read', hung), act('write', hung), look('after', { depends_on: ['read'] })],
      deadline_ms: 40,
    });
    expect(brief(result)).toEqual([
      ['fine', 'succeeded', null],
      ['read', 'failed', 'deadline_exceeded'],
      ['write', 'outcome_unknown', 'outcome_unknown'],
      ['after', 'refused', 'deadline_exceeded'],
    ]);
    expect(result.results[1]?.execution_id).toMatch(/^exe_/);
    expect(result.results[3]?.execution_id).toBeNull();
    expect(result.timing.total_ms).toBeGreaterThanOrEqual(40);
  });

  test('of a call counts from the receipt of the plan', async () => {
    let end = () => {};
    const first = new Promise<ExecuteOutcome>((resolve) => {
      end = () => resolve(succeeded);
    });
    const { run, executed } = plans(({ arguments: { first: isFirst } }) =>
      isFirst ? first : Promise.resolve(succeeded),
    );
    setTimeout(() => end(), 30);
    const receivedAt = performance.now();
    const result = await run({
      calls: [
        look('first', { arguments: { first: true }, deadline_ms: 5_000 }),
        look('second', { depends_on: ['first'], deadline_ms: 10 }),
        look('third', { depends_on: ['first'], deadline_ms: 60_000 }),
      ],
      deadline_ms: 8_000,
    });
    expect(brief(result)).toEqual([
      ['first', 'succeeded', null],
      ['second', 'refused', 'deadline_exceeded'],
      ['third', 'succeeded', null],
    ]);
    expect(executed[0]?.deadlineAt).toBeLessThan(receivedAt + 5_100);
    // The plan's is the smaller of the two.
    expect(executed[1]?.deadlineAt).toBeLessThan(receivedAt + 8_100);
    expect(result.results[2]?.started_ms).toBeGreaterThan(20);
  });
});

describe('cancelling', () => {
  const hangUntilAborted = ({ signal }: ExecuteInput) =>
    new Promise<ExecuteOutcome>((resolve) =>
      signal?.addEventListener('abort', () => resolve({ ...succeeded, status: 'cancelled', output: null })),
    );
  const calls = [look('a'), look('b'), look('c', { depends_on: ['a'], on_error: 'continue' })];
  test.each<[string, (planId: string) => Record<string, string>]>([
    ['the plan', (planId) => ({ plan_id: planId })],
    ['its key', () => ({ idempotency_key: 'k' })],
    ['its session', () => ({ session: 's' })],
  ])('%s stops its calls under way and keeps the others from beginning', async (_what, target) => {
    const { run, executed, ports } = plans(hangUntilAborted);
    const planId = newId('plan');
    const running = run({ plan_id: planId, calls, idempotency_key: 'k', context: { session: 's' } });
    await vi.waitFor(() => expect(executed).toHaveLength(2));
    expect(cancelRunning(ports.running, 'rival', target(planId))).toEqual({ cancelled: [] });
    const said = cancelRunning(ports.running, 'acme', target(planId));
    expect(said.plans).toEqual([{ plan_id: planId, not_begun: 1 }]);
    expect(said.cancelled.map(({ effect }) => effect)).toEqual(['aborted', 'aborted']);
    const result = await running;
    expect(result).toMatchObject({ plan_id: planId, status: 'cancelled', counts: { cancelled: 3 } });
    expect(executed).toHaveLength(2);
    expect(cancelRunning(ports.running, 'acme', target(planId))).toEqual({ cancelled: [] });
  });
});

describe('a repeat of a plan with a key', () => {
  const calls = [
    look('find', { arguments: { n: 1 } }),
    act('book', { arguments: { at: { $from: 'find', path: 'n' } } }),
    act('own', { idempotency_key: 'toolu_1' }),
  ];
  test('answers every call from the first time, also when a read would say something else now', async () => {
    let n = 0;
    const { run, executed, asked, background } = plans(async () => ({ ...succeeded, output: { n: n++ } }));
    const first = await run({ calls, idempotency_key: 'p' });
    expect(first.status).toBe('succeeded');
    await background.settled();
    const second = await run({ calls, idempotency_key: 'p' });
    expect(executed).toHaveLength(3);
    expect(second.results.map(({ replayed }) => replayed)).toEqual([true, true, true]);
    expect(second.results.map(({ output }) => output)).toEqual(first.results.map(({ output }) => output));
    expect(new Set(asked.map(({ idempotency_key }) => idempotency_key))).toEqual(
      new Set(['p/find', 'toolu_1', 'p/book']),
    );
  });
  test('and without one every call runs again, but those that have their own', async () => {
    const { run, executed, background } = plans();
    await run({ calls });
    await background.settled();
    await run({ calls });
    expect(executed).toHaveLength(5);
  });
});
