import { newId, routes } from '@patchbay/contracts';
import type { Messaging } from '@patchbay/messaging';
import { type Agent, connect, ExecutionError } from '@patchbay/sdk';
import { connectHttp } from '@patchbay/sdk/http';
import { serversForSuite } from '@patchbay/testkit';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type FakeExecutor, startFakeExecutor } from '../test/fake-executor.ts';
import { serveFakePlans } from '../test/fake-plans.ts';
import { startFakeRegistry } from '../test/fake-registry.ts';
import { makeKey, runGateway, type TestGateway } from '../test/running-gateway.ts';

const servers = serversForSuite({ beforeAll, afterAll }, { tenants: ['acme'], redis: false });
let gateway: TestGateway;
let admin: Messaging;
let executor: FakeExecutor;
let key: string;
beforeAll(async () => {
  admin = await servers().connect('admin');
  const messaging = await servers().connect('executor');
  executor = await startFakeExecutor(messaging);
  await serveFakePlans(messaging);
  const registry = await startFakeRegistry(await servers().connect('registry'));
  for (const name of ['echo', 'fail', 'count']) registry.tools.set(name, { risk: 'read' });
  gateway = await runGateway(servers());
  await admin.request(routes.createTenant, {}, { tenant: 'acme' });
  key = (await makeKey(admin, { role: 'agent' })).text;
});
afterAll(() => gateway?.stop());

/** Milliseconds for calls: a busy machine may need them. */
const deadlineMs = 8_000;
const overNats = (apiKey: string) =>
  connect({ servers: servers().natsUrls, tenant: 'acme', apiKey, deadlineMs, context: { agent: 'desk' } });
const overHttp = (apiKey: string) => connectHttp({ url: gateway.url, apiKey, deadlineMs, context: { agent: 'desk' } });

describe.each([
  ['NATS', overNats],
  ['HTTP', overHttp],
])('an agent over %s', (_way, enter) => {
  let agent: Agent;
  beforeAll(async () => {
    agent = await enter(key);
  });
  afterAll(() => agent?.close());

  test('knows its tenant, and is refused with another key', async () => {
    expect(agent.tenant).toBe('acme');
    await expect(enter(`pbk_01JD0000000000000000000000_${'x'.repeat(43)}`)).rejects.toMatchObject({
      code: expect.stringMatching(/^not_(permitted|authenticated)$/),
    });
  });

  test('executes: what succeeds, fails and is refused is a result, and never an exception', async () => {
    expect(await agent.execute('echo', { a: 1 })).toMatchObject({ status: 'succeeded', output: { a: 1 }, error: null });
    expect(await agent.execute('fail')).toMatchObject({
      status: 'failed',
      error: { code: 'upstream_error', details: { upstream_status: 500 } },
    });
    expect(await agent.execute('no_such_tool')).toMatchObject({ status: 'refused', error: { code: 'tool_not_found' } });
    expect(await agent.execute('Not A Tool')).toMatchObject({ status: 'refused', error: { code: 'invalid_request' } });
    expect(
      (await agent.executeAll([{ tool: 'echo', arguments: { b: 2 } }, { tool: 'fail' }])).map((one) => one.status),
    ).toEqual(['succeeded', 'failed']);
  });

  test('calls, with the failure as an exception that holds the result', async () => {
    expect(await agent.call('echo', { a: 1 })).toEqual({ a: 1 });
    const failure = await agent.call('fail').catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ExecutionError);
    expect(failure).toMatchObject({ code: 'upstream_error', result: { status: 'failed' } });
  });

  test('says what it was told to: key, version, context, trace', async () => {
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    const options = { idempotencyKey: 'call-1', version: '1.2.3', dryRun: true, traceparent };
    await agent.inSession({ session: 's-1' }).execute('echo', {}, options);
    expect(executor.asked.at(-1)).toMatchObject({
      request: {
        idempotency_key: 'call-1',
        version: '1.2.3',
        dry_run: true,
        context: { agent: 'desk', session: 's-1' },
      },
      traceparent: expect.stringContaining('4bf92f3577b34da6a3ce929d0e0e4736'),
    });
  });

  test('streams, in order, to the result', async () => {
    const stream = agent.stream('count', {}, { window: 2 });
    const parts: unknown[] = [];
    for await (const { sequence, data } of stream) parts.push([sequence, data]);
    expect(parts).toEqual([1, 2, 3].map((part) => [part, { part }]));
    expect(await stream.result).toMatchObject({ status: 'succeeded', stream: { chunks: 3 } });
    const refused = agent.stream('no_such_tool');
    await expect(async () => {
      for await (const _chunk of refused);
    }).rejects.toMatchObject({ code: 'tool_not_found' });
    expect((await refused.result).status).toBe('refused');
  });

  test('leaves a stream, and the call is cancelled', async () => {
    const before = executor.cancelled.length;
    for await (const { sequence } of agent.stream('endless', {}, { deadlineMs: 15_000 })) if (sequence === 2) break;
    await vi.waitFor(() => expect(executor.cancelled.length).toBe(before + 1));
  });

  test('gives a call up, and it is stopped: by its key at once, else since nobody is there', async () => {
    const [gone, cancels] = [executor.gone.length, executor.cancels.length];
    const give = async (idempotencyKey?: string) => {
      const leave = new AbortController();
      const asked = executor.asked.length;
      const result = agent.execute(
        'endless',
        {},
        { signal: leave.signal, deadlineMs: 15_000, ...(idempotencyKey !== undefined && { idempotencyKey }) },
      );
      await vi.waitFor(() => expect(executor.asked.length).toBe(asked + 1));
      leave.abort();
      return result;
    };
    expect(await give(newId('execution'))).toMatchObject({
      status: 'outcome_unknown',
      error: { code: 'outcome_unknown', message: expect.stringContaining('stopped waiting') },
    });
    await vi.waitFor(() => expect(executor.cancels.length).toBeGreaterThan(cancels));
    expect((await give()).status).toBe('outcome_unknown');
    await vi.waitFor(() => expect(executor.gone.length).toBe(gone + 1));
  });

  test('answers within the deadline, whatever happens', async () => {
    const at = performance.now();
    const result = await agent.execute('endless', {}, { deadlineMs: 400, idempotencyKey: newId('execution') });
    expect(result).toMatchObject({ status: 'outcome_unknown' });
    expect(performance.now() - at).toBeLessThan(2_000);
  });

  test('plans, and runs a model’s calls', async () => {
    const plan = await agent.plan({ calls: [{ id: 'one', tool: 'echo', arguments: { a: 1 } }] });
    expect(plan).toMatchObject({ status: 'succeeded', results: [{ id: 'one', output: { a: 1 } }] });
    expect(
      await agent.runToolCalls({
        role: 'assistant',
        tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'echo', arguments: '{"a":1}' } }],
      } as never),
    ).toMatchObject([{ role: 'tool', tool_call_id: 'call_1' }]);
    expect(await agent.plan({ calls: [] })).toMatchObject({ status: 'refused', error: { code: 'invalid_request' } });
  });

  test('hands in, cancels and warms up', async () => {
    const submissionId = newId('submission');
    expect(await agent.submit('echo', { a: 1 }, { submissionId })).toMatchObject({
      submission_id: submissionId,
      duplicate: false,
    });
    expect(await agent.submit('echo', { a: 1 }, { submissionId })).toMatchObject({ duplicate: true });
    expect((await agent.submitPlan({ calls: [{ id: 'one', tool: 'echo' }] })).submission_id).toMatch(/^sbm_/);
    await expect(agent.result(submissionId)).rejects.toMatchObject({
      code: 'invalid_request',
      message: `no ${submissionId}`,
    });
    expect(await agent.cancel({ session: 's-1' })).toEqual({ cancelled: [] });
    expect(await agent.warm({ tools: ['echo'] })).toEqual({ integrations: [], missing: ['echo'] });
  });

  test('finds tools', async () => {
    const all = await agent.tools.list();
    expect(all).toMatchObject({ total: 3, next_cursor: null });
    expect(all.tools.map(({ name }) => name)).toEqual(['echo', 'fail', 'count']);
    expect((await agent.tools.list({ limit: 1 })).next_cursor).toBe('1');
    expect((await agent.tools.search('echo it', { limit: 1 })).tools).toMatchObject([{ name: 'echo', score: 1 }]);
    expect(await agent.tools.describe(['echo', 'nothing'])).toMatchObject({ missing: ['nothing'] });
    await expect(agent.tools.list({ toolset: 'none' })).rejects.toMatchObject({ code: 'invalid_request' });
  });
});

describe('an agent over HTTP', () => {
  test('says what is told over NATS only, and what an address must be', async () => {
    const agent = await overHttp(key);
    await expect(agent.awaitWebhook({ session: 's' })).rejects.toMatchObject({ code: 'invalid_request' });
    expect(() => agent.onWebhook({ onWebhook: () => {} })).toThrow('NATS only');
    for (const url of ['', 'gateway', 'ftp://x', 'http://user:secret@x'])
      await expect(connectHttp({ url, apiKey: key })).rejects.toMatchObject({ code: 'invalid_request' });
    await expect(connectHttp({ url: 'http://127.0.0.1:1', apiKey: key })).rejects.toMatchObject({ code: 'overloaded' });
    await agent.close();
  });

  test('asks again where nothing can happen twice, and only there', async () => {
    let [lose, sent] = [0, [] as string[]];
    const agent = await connectHttp({
      url: gateway.url,
      apiKey: async () => key,
      deadlineMs,
      fetch: async (url, init) => {
        sent.push(new URL(String(url)).pathname);
        const answer = await fetch(url, init);
        if (lose-- <= 0) return answer;
        await answer.body?.cancel();
        throw new TypeError('fetch failed');
      },
    });
    const asking = async (times: number, work: () => Promise<unknown>) => {
      [lose, sent] = [times, []];
      return [await work().catch(({ code }) => code), sent.length];
    };
    expect(await asking(2, () => agent.tools.list({ limit: 1 }))).toMatchObject([{ total: 3 }, 3]);
    expect(await asking(1, () => agent.execute('echo', {}, { idempotencyKey: 'k' }))).toMatchObject([
      { status: 'succeeded' },
      2,
    ]);
    expect(await asking(1, () => agent.execute('echo'))).toMatchObject([{ status: 'outcome_unknown' }, 1]);
    expect(await asking(1, () => agent.submit('echo'))).toMatchObject([{ duplicate: true }, 2]);
    expect(await asking(9, () => agent.tools.list())).toEqual(['overloaded', 3]);
  });
});
