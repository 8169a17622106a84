import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type CancelRequest,
  type ExecuteRequest,
  type ExecutionResult,
  errorBody,
  events,
  newId,
  PatchbayError,
  routes,
} from '@patchbay/contracts';
import { createUserSeed, endpoint, type RequestContext, type ServedEndpoints } from '@patchbay/messaging';
import { startTestServers, type TestServers } from '@patchbay/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { credentialsFile, resultOf, serveAs } from './fake-services.test-support.ts';
import { type Agent, agentOver, connect, ExecutionError } from './index.ts';

let servers: TestServers;
let agent: Agent;
let open: ServedEndpoints[] = [];
/** What the executor's place was asked, and answers. */
let asked: { request: ExecuteRequest; context: RequestContext }[] = [];
let answer: (request: ExecuteRequest) => unknown;

beforeAll(async () => {
  servers = await startTestServers({ redis: false });
  agent = await connect({
    servers: servers.natsUrls,
    tenant: 'acme',
    credentials: credentialsFile(servers, 'agent', 'acme'),
  });
});
afterEach(async () => {
  await Promise.all(open.map((one) => one.stop()));
  open = [];
  asked = [];
});
afterAll(async () => {
  await agent?.close();
  await servers?.stop();
});

async function serveExecutor(how: typeof answer = () => resultOf()): Promise<void> {
  answer = how;
  open.push(
    await serveAs(
      servers,
      'executor',
      endpoint('execute-tool', routes.executeTool, async (request, context) => {
        asked.push({ request, context });
        return (await answer(request)) as never;
      }),
    ),
  );
}

describe('a call', () => {
  test('carries what it was given, and comes back with the result', async () => {
    const result = resultOf();
    await serveExecutor(() => result);
    const connection = newId('connection');
    expect(
      await agent.execute(
        'slack_post_message',
        { channel: 'C1' },
        {
          version: '1.2.0',
          connection,
          idempotencyKey: 'toolu_1',
          deadlineMs: 2_000,
          dryRun: true,
          context: { agent: 'receptionist', end_user: 'u-1' },
          traceparent: '00-a-b-01',
        },
      ),
    ).toEqual(result);
    expect(asked[0]?.request).toEqual({
      tool: 'slack_post_message',
      version: '1.2.0',
      arguments: { channel: 'C1' },
      connection,
      idempotency_key: 'toolu_1',
      deadline_ms: 1_900,
      stream: false,
      dry_run: true,
      context: { agent: 'receptionist', end_user: 'u-1' },
    });
    expect(asked[0]?.context).toMatchObject({ values: { tenant: 'acme' }, traceparent: '00-a-b-01' });
  });

  test.each([
    [undefined, 9_900],
    [1_000, 950],
    [10, 8],
    [1, 1],
  ])(
    'with a deadline of %j ms leaves the executor %j ms, and a little for the answer to arrive',
    async (deadlineMs, left) => {
      await serveExecutor();
      await agent.execute('slack_post_message', {}, deadlineMs === undefined ? {} : { deadlineMs });
      await vi.waitFor(() => expect(asked).toHaveLength(1));
      expect(asked[0]?.request.deadline_ms).toBe(left);
      expect(asked[0]?.context.budgetMs).toBe((deadlineMs ?? 10_000) + 40);
    },
  );

  test('has the defaults of its agent, which it may replace', async () => {
    await serveExecutor();
    const own = agentOver(await servers.connect('agent', 'acme'), 'acme', {
      deadlineMs: 500,
      context: { agent: 'receptionist', session: 'call-1' },
    });
    await own.execute('slack_post_message');
    await own.execute('slack_post_message', {}, { deadlineMs: 1_000, context: { session: 'call-2' } });
    expect(asked.map(({ request }) => [request.deadline_ms, request.context])).toEqual([
      [475, { agent: 'receptionist', session: 'call-1' }],
      [950, { agent: 'receptionist', session: 'call-2' }],
    ]);
  });

  test('in a session carries its context, on top of what the agent had', async () => {
    await serveExecutor();
    const session = agent.inSession({ agent: 'receptionist' }).inSession({ session: 'call-77' });
    await session.execute('slack_post_message');
    expect(asked[0]?.request.context).toEqual({ agent: 'receptionist', session: 'call-77' });
    expect(session.tenant).toBe('acme');
  });

  test.each([
    ['toolu_1', 'Ask again with the same idempotency key.'],
    [undefined, 'Look the result up before trying again.'],
  ])('that gets no answer has an unknown outcome; with key %j the hint fits', async (idempotencyKey, hint) => {
    const gate = Promise.withResolvers<never>();
    await serveExecutor(() => gate.promise);
    const result = await agent.execute(
      'slack_post_message',
      {},
      { deadlineMs: 30, version: '1.0.0', ...(idempotencyKey !== undefined && { idempotencyKey }) },
    );
    expect(result).toMatchObject({
      status: 'outcome_unknown',
      output: null,
      error: { code: 'outcome_unknown', message: `No answer came in time. ${hint}` },
      tool: 'slack_post_message',
      version: '1.0.0',
    });
    expect(result.timing.total_ms).toBeGreaterThanOrEqual(30);
    gate.reject(new Error('released'));
  });

  test('under way when the agent closes has an unknown outcome', async () => {
    const gate = Promise.withResolvers<never>();
    await serveExecutor(() => gate.promise);
    const own = await connect({
      servers: servers.natsUrls,
      tenant: 'acme',
      credentials: credentialsFile(servers, 'agent', 'acme'),
    });
    const pending = own.execute('slack_post_message', {}, { deadlineMs: 60_000 });
    await vi.waitFor(() => expect(asked).toHaveLength(1));
    await own.close();
    expect(await pending).toMatchObject({ status: 'outcome_unknown', error: { code: 'outcome_unknown' } });
    gate.reject(new Error('released'));
    expect(await own.execute('slack_post_message')).toMatchObject({ status: 'refused', error: { code: 'overloaded' } });
  });

  test('whose answer cannot be read has an unknown outcome', async () => {
    await serveExecutor(() => ({ nonsense: true }));
    expect(await agent.execute('slack_post_message')).toMatchObject({ status: 'outcome_unknown' });
  });

  test('that no executor takes is refused as overloaded, and may be tried again', async () => {
    expect(await agent.execute('slack_post_message')).toMatchObject({
      status: 'refused',
      error: { code: 'overloaded', retryable: true },
      version: null,
    });
  });

  test('is held back as overloaded while executors turn most away, in every session of the agent', async () => {
    const full = errorBody('overloaded', { retryAfterMs: 120 });
    await serveExecutor(() => resultOf({ status: 'refused', output: null, error: full }));
    const crowded = agentOver(await servers.connect('agent', 'acme'), 'acme');
    const results: ExecutionResult[] = [];
    for (let i = 0; i < 240; i++)
      results.push(await crowded.inSession({ session: `s${i}` }).execute('slack_post_message'));
    // After the twentieth, at least 20 in 21 are held back: that 90 are sent is beyond luck.
    const heldBack = results.filter(({ error }) => error?.details.reason === 'held_back');
    expect(heldBack.length).toBeGreaterThan(150);
    expect(heldBack[0]).toMatchObject({
      status: 'refused',
      attempts: 0,
      error: { code: 'overloaded', retryable: true, retry_after_ms: 120 },
    });
    expect(asked).toHaveLength(240 - heldBack.length);
  });

  test('is sent however often another was refused for a reason of its own', async () => {
    const scarce = errorBody('overloaded', { details: { reason: 'descriptors_exhausted' } });
    await serveExecutor(() => resultOf({ status: 'refused', output: null, error: scarce }));
    const other = agentOver(await servers.connect('agent', 'acme'), 'acme');
    for (let i = 0; i < 60; i++) await other.execute('slack_post_message');
    expect(asked).toHaveLength(60);
  });

  test('is sent however often nobody served it: an executor that comes is found at once', async () => {
    const alone = agentOver(await servers.connect('agent', 'acme'), 'acme');
    await Promise.all(Array.from({ length: 100 }, () => alone.execute('slack_post_message')));
    await serveExecutor();
    expect(await alone.execute('slack_post_message')).toMatchObject({ status: 'succeeded' });
  });

  test('that cannot leave is refused', async () => {
    await serveExecutor();
    expect(await agent.execute('slack_post_message', { count: 1n })).toMatchObject({
      status: 'refused',
      error: { code: 'invalid_request' },
    });
    const foreign = agentOver(await servers.connect('agent', 'acme'), 'rival');
    expect(await foreign.execute('slack_post_message')).toMatchObject({
      status: 'refused',
      error: { code: 'not_permitted' },
    });
    expect(asked).toEqual([]);
  });

  test('for its output alone gives that, and throws what went wrong', async () => {
    await serveExecutor(({ tool }) =>
      tool === 'slack_post_message'
        ? resultOf({ output: { ts: '1' } })
        : resultOf({ status: 'failed', output: null, error: errorBody('rate_limited', { retryAfterMs: 7 }) }),
    );
    expect(await agent.call('slack_post_message')).toEqual({ ts: '1' });
    const failure = await agent.call('slack_create_channel').catch((error) => error);
    expect(failure).toBeInstanceOf(ExecutionError);
    expect(failure).toBeInstanceOf(PatchbayError);
    expect(failure).toMatchObject({
      name: 'ExecutionError',
      code: 'rate_limited',
      body: { retry_after_ms: 7, speakable: errorBody('rate_limited').speakable },
      result: { status: 'failed' },
    });
  });

  test('that failed without saying why is internal', () => {
    expect(new ExecutionError(resultOf({ status: 'failed' }))).toMatchObject({ code: 'internal' });
  });
});

test('many calls start at once, and each result stands where its call did', async () => {
  const gates = new Map<string, PromiseWithResolvers<void>>();
  await serveExecutor(async ({ tool }) => {
    const gate = Promise.withResolvers<void>();
    gates.set(tool, gate);
    await gate.promise;
    return tool === 'b_tool' ? { nonsense: true } : resultOf({ tool });
  });
  const results = agent.executeAll([{ tool: 'a_tool' }, { tool: 'b_tool' }, { tool: 'c_tool', idempotencyKey: 'k' }]);
  await vi.waitFor(() => expect(gates.size).toBe(3));
  for (const tool of ['c_tool', 'b_tool', 'a_tool']) gates.get(tool)?.resolve();
  expect((await results).map(({ tool, status }) => [tool, status])).toEqual([
    ['a_tool', 'succeeded'],
    ['b_tool', 'outcome_unknown'],
    ['c_tool', 'succeeded'],
  ]);
});

test('an agent cancels by execution, key or session', async () => {
  const targets: CancelRequest[] = [];
  const execution_id = newId('execution');
  open.push(
    await serveAs(
      servers,
      'executor',
      endpoint('cancel-execution', routes.cancelExecution, async (request) => {
        targets.push(request);
        return { cancelled: [{ execution_id, effect: 'aborted' as const }] };
      }),
    ),
  );
  expect(await agent.cancel({ execution_id })).toEqual({ cancelled: [{ execution_id, effect: 'aborted' }] });
  await agent.cancel({ idempotency_key: 'toolu_1' });
  await agent.cancel({ session: 'call-77', reason: 'barge-in' });
  expect(targets).toEqual([
    { execution_id },
    { idempotency_key: 'toolu_1' },
    { session: 'call-77', reason: 'barge-in' },
  ]);
  await expect(agent.cancel({})).rejects.toMatchObject({ code: 'invalid_request' });
});

test('an agent finds tools', async () => {
  const requests: unknown[] = [];
  const heard = <T>(request: unknown, result: T) => {
    requests.push(request);
    return result;
  };
  open.push(
    await serveAs(
      servers,
      'registry',
      endpoint('list-tools', routes.listTools, async (r) => heard(r, { tools: [], next_cursor: null, total: 0 })),
      endpoint('search-tools', routes.searchTools, async (r) => heard(r, { tools: [] })),
      endpoint('describe-tools', routes.describeTools, async (r) => heard(r, { tools: [], missing: [...r.tools] })),
    ),
  );
  expect(await agent.tools.list()).toEqual({ tools: [], next_cursor: null, total: 0 });
  await agent.tools.list({ category: 'crm', limit: 1 });
  await agent.tools.search('book a meeting');
  await agent.tools.search('book a meeting', { limit: 2 });
  expect((await agent.tools.describe(['a_tool'])).missing).toEqual(['a_tool']);
  await agent.tools.describe(['a_tool'], 'anthropic');
  expect(requests).toEqual([
    { limit: 200 },
    { category: 'crm', limit: 1 },
    { query: 'book a meeting', limit: 5 },
    { query: 'book a meeting', limit: 2 },
    { tools: ['a_tool'], format: 'patchbay' },
    { tools: ['a_tool'], format: 'anthropic' },
  ]);
});

test('an agent hears what finishes, until it stops listening', async () => {
  const executor = await servers.connect('executor');
  const finish = () => {
    const { output: _, ...result } = resultOf();
    const { execution_id } = result;
    executor.publishEvent(
      events.executionFinished,
      { tenant: 'acme', execution: execution_id },
      { execution_id, session: null, result },
    );
    return execution_id;
  };
  const [heard, alsoHeard]: [string[], string[]] = [[], []];
  const stop = agent.onFinished(({ execution_id }) => heard.push(execution_id));
  agent.onFinished(({ execution_id }) => alsoHeard.push(execution_id));
  const listening = await vi.waitFor(() => {
    const id = finish();
    expect(heard.length).toBeGreaterThan(0);
    return id;
  });
  await vi.waitFor(() => expect(heard).toContain(listening));
  stop();
  const last = finish();
  await vi.waitFor(() => expect(alsoHeard).toContain(last));
  expect(heard).not.toContain(last);
});

test('connecting with a key the server does not know, or to no server, says so', async () => {
  const credentials = join(servers.dir, 'stranger.seed');
  writeFileSync(credentials, createUserSeed().seed);
  await expect(connect({ servers: servers.natsUrls, tenant: 'acme', credentials })).rejects.toMatchObject({
    code: 'not_permitted',
  });
  await expect(connect({ servers: 'nats://127.0.0.1:1', tenant: 'acme', credentials })).rejects.toMatchObject({
    code: 'overloaded',
  });
});

test('a warm-up carries its names, the connection, the deadline and the context', async () => {
  const requests: unknown[] = [];
  open.push(
    await serveAs(
      servers,
      'executor',
      endpoint('warm-session', routes.warmSession, async (request) => {
        requests.push(request);
        return { integrations: [], missing: ['slick'] };
      }),
    ),
  );
  const connection = newId('connection');
  const inCall = agent.inSession({ session: 'call-1' });
  expect(await inCall.warm({ tools: ['slack_post_message'], integrations: ['slick'], connection })).toEqual({
    integrations: [],
    missing: ['slick'],
  });
  await agent.warm({ integrations: ['slack'], deadlineMs: 500 });
  expect(requests).toEqual([
    {
      tools: ['slack_post_message'],
      integrations: ['slick'],
      connection,
      deadline_ms: 2_000,
      context: { session: 'call-1' },
    },
    { tools: [], integrations: ['slack'], deadline_ms: 500, context: {} },
  ]);
  await expect(agent.warm({})).rejects.toMatchObject({ code: 'invalid_request' });
});
