import { PassThrough } from 'node:stream';
import { type ExecutionResult, errorBody, newId, type ToolSummary } from '@patchbay/contracts';
import { expect, test, vi } from 'vitest';
import { serveMcpStdio } from './index.ts';
import { viewOf } from './mcp-view.ts';

/** An agent of one tool, and what it was asked. */
function fakeAgent() {
  const calls: { key: string | undefined; session: string | undefined; deadlineMs: number | undefined }[] = [];
  const cancelled: unknown[] = [];
  let changed = () => {};
  let listed = 0;
  const summary: ToolSummary = {
    name: 'look',
    title: 'Look',
    integration: 'desk',
    category: 'other',
    version: '1.0.0',
    risk: 'read',
    description: 'Looks.',
  };
  const result = (over: Partial<ExecutionResult> = {}): ExecutionResult => ({
    execution_id: newId('execution'),
    status: 'succeeded',
    output: ['a', 'b'],
    error: null,
    truncated: false,
    tokens: 0,
    replayed: false,
    attempts: 1,
    tool: 'look',
    version: '1.0.0',
    timing: { total_ms: 1, upstream_ms: 1, overhead_ms: 0 },
    ...over,
  });
  const ended = Promise.withResolvers<ExecutionResult>();
  return {
    calls,
    cancelled,
    listed: () => listed,
    change: () => changed(),
    agent: {
      tenant: 'acme',
      async execute(tool: string, _args?: Record<string, unknown>, options: Record<string, unknown> = {}) {
        const context = options['context'] as { session?: string } | undefined;
        calls.push({
          key: options['idempotencyKey'] as string,
          session: context?.session,
          deadlineMs: options['deadlineMs'] as number,
        });
        if (tool === 'breaks') throw new TypeError('a defect');
        return tool === 'waits' ? ended.promise : result();
      },
      stream: () => {
        throw new Error('nothing asked for progress');
      },
      async cancel(target: unknown) {
        cancelled.push(target);
        ended.resolve(result({ status: 'cancelled', output: null, error: errorBody('cancelled') }));
        return { cancelled: [] };
      },
      tools: {
        async list() {
          listed += 1;
          return { tools: [summary], total: 1, next_cursor: null };
        },
        search: async () => ({ tools: [], definitions: [], tokens: 0, left_out: [] }),
        describe: async () => ({
          tools: [{ name: 'look', description: 'Looks.', inputSchema: { type: 'object' }, execution: {} }],
          missing: [],
          latencies: {},
          deprecations: {},
        }),
      },
      onToolsChanged(listener: () => void) {
        changed = listener;
        return () => {
          changed = () => {};
        };
      },
    },
  };
}

function serve(fake: ReturnType<typeof fakeAgent>, view = viewOf({})) {
  const [stdin, stdout] = [new PassThrough(), new PassThrough()];
  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects in a message
  const heard: any[] = [];
  const errors: unknown[] = [];
  let rest = '';
  stdout.on('data', (chunk) => {
    const lines = (rest + String(chunk)).split('\n');
    rest = lines.pop() ?? '';
    heard.push(...lines.map((line) => JSON.parse(line)));
  });
  const served = serveMcpStdio({
    caller: { agent: fake.agent, view, context: { agent: 'mcp' }, mayRead: true, mayExecute: true },
    stdin,
    stdout,
    onError: (error) => errors.push(error),
  });
  const send = (message: object) => stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  const answer = (id: number) => vi.waitFor(() => heard.find((one) => one.id === id) ?? Promise.reject(new Error()));
  const begin = async () => {
    send({
      id: 0,
      method: 'initialize',
      params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 't', version: '1' } },
    });
    await answer(0);
    send({ method: 'notifications/initialized' });
  };
  return { served, stdin, heard, errors, send, answer, begin };
}

test('serves the program at the other end until it closes its end', async () => {
  const fake = fakeAgent();
  const { served, stdin, send, answer, begin } = serve(fake, viewOf({ deadline_ms: '900' }));
  await begin();
  send({ id: 1, method: 'tools/list', params: {} });
  const { result } = await answer(1);
  expect(result.tools).toEqual([{ name: 'look', description: 'Looks.', inputSchema: { type: 'object' } }]);
  for (const id of [2, 3]) send({ id, method: 'tools/call', params: { name: 'look', arguments: {} } });
  // An output that is no object is text alone.
  expect((await answer(2)).result).toMatchObject({ isError: false, content: [{ text: '["a","b"]' }] });
  expect((await answer(2)).result).not.toHaveProperty('structuredContent');
  await answer(3);
  const [one, two] = fake.calls;
  expect(one?.deadlineMs).toBe(900);
  // One connection is one conversation; each of its requests a call of its own.
  expect(one?.session).toMatch(/^mcp:/);
  expect(one?.session).toBe(two?.session);
  expect(one?.key).not.toBe(two?.key);
  stdin.end();
  await served.closed;
  await served.close();
});

test('says that tools changed, once for changes that come together, and reads them anew', async () => {
  const fake = fakeAgent();
  const { served, heard, send, answer, begin } = serve(fake);
  await begin();
  send({ id: 1, method: 'tools/list', params: {} });
  await answer(1);
  send({ id: 2, method: 'tools/list', params: {} });
  await answer(2);
  expect(fake.listed()).toBe(1);
  for (let i = 0; i < 5; i++) fake.change();
  const told = () => heard.filter(({ method }) => method === 'notifications/tools/list_changed').length;
  await vi.waitFor(() => expect(told()).toBe(1), 3_000);
  send({ id: 3, method: 'tools/list', params: {} });
  await answer(3);
  expect([fake.listed(), told()]).toEqual([2, 1]);
  await served.close();
});

test('cancels what the program takes no more, and what it leaves behind', async () => {
  const fake = fakeAgent();
  const { served, send, begin } = serve(fake);
  await begin();
  send({ id: 1, method: 'tools/call', params: { name: 'waits', arguments: {} } });
  await vi.waitFor(() => expect(fake.calls).toHaveLength(1));
  send({ method: 'notifications/cancelled', params: { requestId: 1 } });
  const cancel = { idempotency_key: fake.calls[0]?.key, reason: expect.any(String) };
  await vi.waitFor(() => expect(fake.cancelled).toEqual([cancel]));
  await served.close();
});

test('tells the model of a defect without its text, and whoever watches with it', async () => {
  const fake = fakeAgent();
  const { served, errors, send, answer, begin } = serve(fake);
  await begin();
  send({ id: 1, method: 'tools/call', params: { name: 'breaks', arguments: {} } });
  const { result } = await answer(1);
  expect(JSON.parse(result.content[0].text).error.code).toBe('internal');
  expect(JSON.stringify(result)).not.toContain('a defect');
  expect(errors).toEqual([expect.objectContaining({ message: 'a defect' })]);
  await served.close();
});
