import { errorBody, events, newId, type PlanRequest, type PlanResult, routes } from '@patchbay/contracts';
import { endpoint, type Messaging, type RequestContext, type ServedEndpoints } from '@patchbay/messaging';
import { startTestServers, type TestServers } from '@patchbay/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { resultOf } from './fake-services.test-support.ts';
import { type Agent, agentOver, fromCall, literal } from './index.ts';

let servers: TestServers;
let executor: Messaging;
let agent: Agent;
let served: ServedEndpoints | null = null;
let asked: { request: PlanRequest; context: RequestContext }[] = [];

beforeAll(async () => {
  servers = await startTestServers({ redis: false });
  executor = await servers.connect('executor');
  agent = agentOver(await servers.connect('agent', 'acme'), 'acme', { context: { agent: 'receptionist' } });
});
afterEach(async () => {
  await served?.stop();
  served = null;
  asked = [];
});
afterAll(() => servers?.stop());

/** Serves plans in the executor's place. */
async function servePlans(answer: (request: PlanRequest) => PlanResult | Promise<PlanResult>): Promise<void> {
  served = await executor.serve({ name: 'executor', version: '0.1.0', description: 'test' }, [
    endpoint('execute-plan', routes.executePlan, async (request, context) => {
      asked.push({ request, context });
      return answer(request);
    }),
  ]);
}
const answerOf = ({ plan_id, calls }: PlanRequest, over: Partial<PlanResult> = {}): PlanResult => ({
  plan_id: plan_id as string,
  status: 'succeeded',
  results: calls.map(({ id, arguments: output }) => ({
    ...resultOf({ output }),
    id,
    skipped: null,
    started_ms: 0,
    output_left_out: false,
  })),
  counts: { succeeded: calls.length },
  error: null,
  timing: { total_ms: 1, calls_ms: 1 },
  ...over,
});
const calls = [
  { id: 'a', tool: 'slack_look' },
  { id: 'b', tool: 'slack_post', idempotencyKey: 'toolu_1' },
];

describe('a plan whose executor is lost', () => {
  /** An executor that takes a plan and is gone. */
  async function mortal(): Promise<void> {
    const own = await servers.connect('executor');
    await own.serve({ name: 'executor', version: '0.1.0', description: 'test' }, [
      endpoint('execute-plan', routes.executePlan, async (request, context) => {
        asked.push({ request, context });
        await own.close();
        return answerOf(request);
      }),
    ]);
  }

  test('is carried out by another when it has a key', async () => {
    await mortal();
    const answering = agent.plan({ calls, planId: newId('plan'), idempotencyKey: 'k', deadlineMs: 8_000 });
    await vi.waitFor(() => expect(asked).toHaveLength(1));
    await servePlans((request) => answerOf(request));
    expect(await answering).toMatchObject({ status: 'succeeded' });
    const [first, second] = asked;
    expect(second?.request).toEqual({ ...first?.request, deadline_ms: expect.any(Number) });
    expect(second?.request.deadline_ms).toBeLessThan(first?.request.deadline_ms as number);
  });

  test('is not sent again without one: its calls may have acted', async () => {
    await mortal();
    const answering = agent.plan({ calls, deadlineMs: 2_000 });
    await vi.waitFor(() => expect(asked).toHaveLength(1));
    await servePlans((request) => answerOf(request));
    expect(await answering).toMatchObject({ status: 'outcome_unknown' });
    expect(asked).toHaveLength(1);
  });
});

describe('a plan', () => {
  test('carries what it was given, and comes back with the answer', async () => {
    await servePlans((request) => answerOf(request));
    const connection = newId('connection');
    const planId = newId('plan');
    const result = await agent.plan({
      planId,
      calls: [
        {
          id: 'a',
          tool: 'slack_look',
          version: '1.0.0',
          connection,
          idempotencyKey: 'k',
          deadlineMs: 700,
          dryRun: true,
        },
        {
          id: 'b',
          tool: 'slack_post',
          arguments: {
            to: fromCall('a', 'id'),
            all: fromCall('a'),
            else: fromCall('a', 'x', undefined),
            data: literal({ $from: 'x' }),
          },
          dependsOn: ['a'],
          when: "a.status = 'succeeded'",
          onError: 'stop',
        },
      ],
      deadlineMs: 1_000,
      concurrency: 3,
      order: 'per_connection',
      idempotencyKey: 'plan-1',
      context: { session: 'call-77' },
      traceparent: '00-a-b-01',
    });
    expect(asked[0]?.request).toEqual({
      plan_id: planId,
      calls: [
        {
          id: 'a',
          tool: 'slack_look',
          version: '1.0.0',
          connection,
          idempotency_key: 'k',
          deadline_ms: 700,
          dry_run: true,
          arguments: {},
          depends_on: [],
          on_error: 'skip',
        },
        {
          id: 'b',
          tool: 'slack_post',
          arguments: {
            to: { $from: 'a', path: 'id' },
            all: { $from: 'a' },
            // JSON has no undefined: no default is left.
            else: { $from: 'a', path: 'x' },
            data: { $literal: { $from: 'x' } },
          },
          depends_on: ['a'],
          when: "a.status = 'succeeded'",
          on_error: 'stop',
          dry_run: false,
        },
      ],
      deadline_ms: 950,
      concurrency: 3,
      order: 'per_connection',
      idempotency_key: 'plan-1',
      context: { agent: 'receptionist', session: 'call-77' },
    });
    expect(asked[0]?.context).toMatchObject({ values: { tenant: 'acme' }, traceparent: '00-a-b-01', budgetMs: 1_040 });
    expect(result).toMatchObject({ plan_id: planId, status: 'succeeded', results: [{ id: 'a' }, { id: 'b' }] });
  });

  test('hands on what is told of its progress, and of no other plan', async () => {
    const progress = (plan_id: string, call: string) => ({
      plan_id,
      session: null,
      call,
      tool: 't',
      level: 1,
      status: 'started' as const,
      execution_id: null,
      error_code: null,
      skipped: null,
      elapsed_ms: 1,
      ended: 0,
      total: 1,
    });
    const heard: string[] = [];
    let go = () => {};
    const told = new Promise<void>((resolve) => {
      go = resolve;
    });
    await servePlans(async (request) => {
      for (const plan of [newId('plan'), request.plan_id as string])
        executor.publishEvent(
          events.planProgress,
          { tenant: 'acme', plan },
          progress(plan, request.calls[0]?.id ?? ''),
        );
      await told;
      return answerOf(request);
    });
    const running = agent.plan({ calls, onProgress: ({ call }) => heard.push(call) });
    await vi.waitFor(() => expect(heard).toEqual(['a']));
    go();
    expect((await running).status).toBe('succeeded');
  });

  test('that nobody carries out is refused, call by call', async () => {
    const result = await agent.plan({ calls });
    expect(result).toMatchObject({ status: 'refused', counts: { refused: 2 }, error: { code: 'overloaded' } });
    expect(result.results.map(({ id, status, execution_id }) => [id, status, execution_id])).toEqual([
      ['a', 'refused', null],
      ['b', 'refused', null],
    ]);
  });

  test('that is not answered in time leaves every outcome unknown, and says how to ask again', async () => {
    let answerLate = () => {};
    const tooLate = new Promise<void>((resolve) => {
      answerLate = resolve;
    });
    await servePlans(async (request) => {
      await tooLate;
      return answerOf(request);
    });
    const result = await agent.plan({ calls, deadlineMs: 20 });
    expect(result).toMatchObject({ status: 'outcome_unknown', counts: { outcome_unknown: 2 } });
    expect(result.results.map(({ error }) => error?.message)).toEqual([
      expect.stringContaining('Look the result up'),
      expect.stringContaining('Ask again with the same idempotency key'),
    ]);
    answerLate();
  });

  test('that was not read has a result for each call all the same', async () => {
    const error = errorBody('invalid_request', { message: 'The message is too large.' });
    await servePlans((request) => answerOf(request, { status: 'refused', results: [], counts: {}, error }));
    expect(await agent.plan({ calls })).toMatchObject({
      status: 'refused',
      error,
      counts: { refused: 2 },
      results: [{ id: 'a', status: 'refused', error: { code: 'invalid_request' } }, { id: 'b' }],
    });
  });
});

test("a model's calls, however its API writes them, are answered under their ids", async () => {
  await servePlans((request) => answerOf(request));
  const content = [{ type: 'tool_use', id: 'toolu_1', name: 'slack_look', input: { x: 1 } }];
  expect(await agent.runToolUse({ content })).toEqual([
    { type: 'tool_result', tool_use_id: 'toolu_1', content: '{"$literal":{"x":1}}', is_error: false },
  ]);
  const made = { name: 'slack_look', arguments: '{"x":1}' };
  expect(await agent.runToolCalls({ tool_calls: [{ id: 'call_1', type: 'function', function: made }] })).toEqual([
    { role: 'tool', tool_call_id: 'call_1', content: '{"$literal":{"x":1}}' },
  ]);
  expect(await agent.runFunctionCalls([{ type: 'function_call', call_id: 'call_2', ...made }])).toEqual([
    { type: 'function_call_output', call_id: 'call_2', output: '{"$literal":{"x":1}}' },
  ]);
  expect(asked.map(({ request }) => request.calls[0]?.idempotency_key)).toEqual(['toolu_1', 'call_1', 'call_2']);
});
