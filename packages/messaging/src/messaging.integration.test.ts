import { createConnection } from 'node:net';
import { errorBody, events, inboxPrefixOf, newId, PatchbayError, routes } from '@patchbay/contracts';
import { startTestServers, type TestServers } from '@patchbay/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { connectMessaging, endpoint, type Messaging, type ServedEndpoints } from './index.ts';

let servers: TestServers;
let executor: Messaging;
let agent: Messaging;
let rival: Messaging;
let admin: Messaging;
const open: { stop(): Promise<void> }[] = [];

beforeAll(async () => {
  servers = await startTestServers({ tenants: ['acme', 'rival'] });
  [executor, agent, rival, admin] = await Promise.all([
    servers.connect('executor'),
    servers.connect('agent', 'acme'),
    servers.connect('agent', 'rival'),
    servers.connect('admin'),
  ]);
});
afterEach(async () => {
  for (const one of open.splice(0)) await one.stop();
});
afterAll(() => servers?.stop());

const okay = (output: unknown) => ({
  execution_id: newId('execution'),
  status: 'succeeded' as const,
  output,
  error: null,
  replayed: false,
  attempts: 1,
  tool: 't',
  version: '1.0.0',
  timing: { total_ms: 1, upstream_ms: 1, overhead_ms: 0 },
});

async function serveExecute(
  handler: Parameters<typeof endpoint<typeof routes.executeTool>>[2],
  onError?: (error: unknown) => void,
): Promise<ServedEndpoints> {
  const served = await executor.serve(
    { name: 'executor', version: '0.1.0', description: 'test', ...(onError && { onError }) },
    [
      endpoint('execute-tool', routes.executeTool, handler, (error) => ({
        ...okay(null),
        status: 'refused',
        error: error instanceof PatchbayError ? error.body : errorBody('internal'),
      })),
    ],
  );
  open.push(served);
  return served;
}

describe('requests', () => {
  test('reach the handler with the tenant of the subject, the budget and the trace', async () => {
    await serveExecute(async (body, context) =>
      okay({ tool: body.tool, values: context.values, budget: context.budgetMs, trace: context.traceparent }),
    );
    const result = await agent.request(
      routes.executeTool,
      { tenant: 'acme' },
      { tool: 'a_tool' },
      { timeoutMs: 1_500, traceparent: '00-a-b-01' },
    );
    expect(result.output).toEqual({ tool: 'a_tool', values: { tenant: 'acme' }, budget: 1_500, trace: '00-a-b-01' });
  });

  test('are shared by the processes of one service', async () => {
    const second = await servers.connect('executor');
    const counts = [0, 0];
    await serveExecute(async () => (counts[0]!++, okay(null)));
    open.push(
      await second.serve({ name: 'executor', version: '0.1.0', description: 'test' }, [
        endpoint('execute-tool', routes.executeTool, async () => (counts[1]!++, okay(null))),
      ]),
    );
    await second.flush();
    await Promise.all(
      Array.from({ length: 200 }, () => agent.request(routes.executeTool, { tenant: 'acme' }, { tool: 'a_tool' })),
    );
    expect(counts[0]! + counts[1]!).toBe(200);
    expect(Math.min(...counts)).toBeGreaterThan(40);
    await open.pop()?.stop();
    await second.close();
  });

  test('that nobody serves fail with the code of the service that should have', async () => {
    await expect(agent.request(routes.executeTool, { tenant: 'acme' }, { tool: 'a_tool' })).rejects.toMatchObject({
      code: 'overloaded',
    });
    await expect(admin.request(routes.queryAudit, {}, { tenant: 'acme' })).rejects.toMatchObject({
      code: 'audit_unavailable',
    });
    await expect(
      executor.request(
        routes.leaseCredential,
        {},
        { tenant: 'acme', integration: 'slack', execution_id: newId('execution'), recipient: `X${'A'.repeat(55)}` },
      ),
    ).rejects.toMatchObject({ code: 'vault_unavailable' });
  });

  test('end at their time limit', async () => {
    await serveExecute(() => new Promise((resolve) => setTimeout(() => resolve(okay(null)), 400)));
    await expect(
      agent.request(routes.executeTool, { tenant: 'acme' }, { tool: 'a_tool' }, { timeoutMs: 50 }),
    ).rejects.toMatchObject({ code: 'deadline_exceeded' });
  });

  test('stop waiting when their caller does', async () => {
    await serveExecute(() => new Promise((resolve) => setTimeout(() => resolve(okay(null)), 200)));
    const abort = new AbortController();
    const pending = agent.request(routes.executeTool, { tenant: 'acme' }, { tool: 'a_tool' }, { signal: abort.signal });
    abort.abort();
    await expect(pending).rejects.toMatchObject({ code: 'cancelled' });
    await expect(
      agent.request(routes.executeTool, { tenant: 'acme' }, { tool: 'a_tool' }, { signal: AbortSignal.abort() }),
    ).rejects.toMatchObject({ code: 'cancelled' });
  });

  test('to another tenant are refused by the server', async () => {
    await serveExecute(async () => okay('reached'));
    await expect(
      agent.request(routes.executeTool, { tenant: 'rival' }, { tool: 'a_tool' }, { timeoutMs: 1_000 }),
    ).rejects.toMatchObject({ code: 'not_permitted' });
  });

  test('with a tenant that is no token never leave', async () => {
    await expect(agent.request(routes.executeTool, { tenant: 'acme.x' }, { tool: 'a_tool' })).rejects.toMatchObject({
      code: 'invalid_request',
    });
  });

  test('over a mebibyte are refused before they leave', async () => {
    await expect(
      agent.request(
        routes.executeTool,
        { tenant: 'acme' },
        { tool: 'a_tool', arguments: { text: 'x'.repeat(1_100_000) } },
      ),
    ).rejects.toMatchObject({ code: 'invalid_request', body: { details: { max_bytes: 1_048_576 } } });
  });

  test('whose answer breaks the contract fail as internal', async () => {
    await serveExecute(async () => ({ nonsense: true }) as never);
    await expect(agent.request(routes.executeTool, { tenant: 'acme' }, { tool: 'a_tool' })).rejects.toMatchObject({
      code: 'internal',
    });
  });
});

describe('a served endpoint', () => {
  test('answers a typed failure in its own shape, and reports nothing', async () => {
    const onError = vi.fn();
    await serveExecute(async () => {
      throw new PatchbayError('rate_limited', { retryAfterMs: 7 });
    }, onError);
    const result = await agent.request(routes.executeTool, { tenant: 'acme' }, { tool: 'a_tool' });
    expect(result).toMatchObject({ status: 'refused', error: { code: 'rate_limited', retry_after_ms: 7 } });
    expect(onError).not.toHaveBeenCalled();
  });

  test('answers a defect as internal, and reports it', async () => {
    const onError = vi.fn();
    await serveExecute(async () => {
      throw new Error('defect');
    }, onError);
    expect(await agent.request(routes.executeTool, { tenant: 'acme' }, { tool: 'a_tool' })).toMatchObject({
      error: { code: 'internal' },
    });
    expect(onError).toHaveBeenCalledWith(expect.objectContaining({ message: 'defect' }), 'execute-tool');
  });

  test('of a plain route answers failures with the service error headers', async () => {
    const audit = await servers.connect('audit');
    open.push(
      await audit.serve({ name: 'audit', version: '0.1.0', description: 'test' }, [
        endpoint('query-audit', routes.queryAudit, async () => {
          throw new PatchbayError('audit_unavailable', { message: 'away', details: { since: 1 } });
        }),
      ]),
    );
    await expect(admin.request(routes.queryAudit, {}, { tenant: 'acme' })).rejects.toMatchObject({
      code: 'audit_unavailable',
      body: { message: 'away', details: { since: 1 } },
    });
    await expect(admin.request(routes.queryAudit, {}, { tenant: 'acme', limit: 0 } as never)).rejects.toMatchObject({
      code: 'invalid_request',
      body: { details: { issues: [{ path: 'limit' }] } },
    });
    await open.pop()?.stop();
    await audit.close();
  });

  test.each([
    ['bad JSON', '{"tool":', { message: /not JSON/ }],
    ['nothing', '', { message: /not JSON/ }],
    ['an unknown field', '{"tool":"a_tool","tenant":"rival"}', { details: { issues: [{ path: '' }] } }],
    ['no tool', '{}', { details: { issues: [{ path: 'tool' }] } }],
    [
      'two megabytes',
      JSON.stringify({ tool: 'a_tool', arguments: { text: 'x'.repeat(2_000_000) } }),
      { details: { max_bytes: 1_048_576 } },
    ],
  ])('answers %s with invalid_request and stays up', async (_what, payload, error) => {
    await serveExecute(async () => okay('still here'));
    const answer = await rawRequest('tools.v1.acme.execute', payload, `${inboxPrefixOf('agent', 'acme')}.raw`);
    expect(answer).toMatchObject({ status: 'refused', error: { code: 'invalid_request' } });
    if ('message' in error) expect(answer.error.message).toMatch(error.message);
    else expect(answer.error).toMatchObject(error);
    expect((await agent.request(routes.executeTool, { tenant: 'acme' }, { tool: 'a_tool' })).output).toBe('still here');
  });

  test('never answers into an inbox that its caller does not own', async () => {
    const onError = vi.fn();
    const handler = vi.fn(async () => okay(null));
    await serveExecute(handler, onError);
    for (const reply of [
      'audit.v1.acme.credential',
      `${inboxPrefixOf('agent', 'rival')}.x`,
      '_INBOX_vault.x',
      'tools.v1.acme.execute',
    ]) {
      await rawPublish('tools.v1.acme.execute', '{"tool":"a_tool"}', reply);
    }
    await vi.waitFor(() => expect(onError).toHaveBeenCalledTimes(4));
    expect(handler).not.toHaveBeenCalled();
  });

  test('registers with the services framework', async () => {
    await serveExecute(async () => okay(null));
    const info = await rawRequest('$SRV.INFO.executor', '', `${inboxPrefixOf('admin')}.raw`, 'admin');
    expect(info).toMatchObject({
      type: 'io.nats.micro.v1.info_response',
      name: 'executor',
      endpoints: [{ name: 'execute-tool', subject: 'tools.v1.*.execute', queue_group: 'executor' }],
    });
  });

  test('finishes what is under way before it stops', async () => {
    const gate = Promise.withResolvers<void>();
    const served = await serveExecute(async () => (await gate.promise, okay('finished')));
    const pending = agent.request(routes.executeTool, { tenant: 'acme' }, { tool: 'a_tool' });
    await vi.waitFor(() => expect(served.inFlight).toBe(1));
    const stopping = served.stop();
    gate.resolve();
    expect((await pending).output).toBe('finished');
    await stopping;
    expect(served.inFlight).toBe(0);
  });
});

describe('events', () => {
  test('reach subscribers of their tenant, and nobody else', async () => {
    const seen: string[] = [];
    const foreign: string[] = [];
    const subscription = agent.subscribeEvent(events.executionFinished, { tenant: 'acme' }, (body, values) =>
      seen.push(`${values.tenant} ${body.execution_id}`),
    );
    rival.subscribeEvent(events.executionFinished, { tenant: 'rival' }, (body) => foreign.push(body.execution_id));
    await Promise.all([agent.flush(), rival.flush()]);
    const result = okay(1);
    executor.publishEvent(
      events.executionFinished,
      { tenant: 'acme', execution: result.execution_id },
      { execution_id: result.execution_id, session: null, result },
      { traceparent: '00-a-b-01' },
    );
    await vi.waitFor(() => expect(seen).toEqual([`acme ${result.execution_id}`]));
    expect(foreign).toEqual([]);
    subscription.unsubscribe();
  });

  test('can ask every process, and end when the answers are enough', async () => {
    const other = await servers.connect('executor');
    for (const [connection, id] of [
      [executor, 1],
      [other, 2],
    ] as const)
      connection.answerEvent(events.cancelBroadcast, async (body) => (body.tenant === 'silent' ? null : { id }));
    await Promise.all([executor.flush(), other.flush()]);
    const ask = (tenant: string, enough?: (answers: { id: number }[]) => boolean) =>
      executor.askAll(events.cancelBroadcast, {}, { tenant, request: { session: 's' } }, z.object({ id: z.number() }), {
        timeoutMs: 300,
        ...(enough && { enough }),
      });
    expect((await ask('acme')).map(({ id }) => id).sort()).toEqual([1, 2]);
    expect(await ask('acme', (answers) => answers.length === 1)).toHaveLength(1);
    expect(await ask('silent')).toEqual([]);
    await other.close();
  });
});

describe('buckets', () => {
  test('create once, update by revision, delete, and create again', async () => {
    const bucket = await executor.bucket('executions');
    const key = `acme.${newId('event')}`;
    expect(await bucket.get(key)).toBeNull();
    const first = await bucket.create(key, 'one');
    expect(first).toBeGreaterThan(0);
    expect(await bucket.create(key, 'two')).toBeNull();
    expect(await bucket.update(key, 'late', (first as number) + 100)).toBeNull();
    const second = await bucket.update(key, 'two', first as number);
    expect(Buffer.from((await bucket.get(key))!.value).toString()).toBe('two');
    expect(await bucket.delete(key, first as number)).toBe(false);
    expect(await bucket.delete(key, second as number)).toBe(true);
    expect(await bucket.get(key)).toBeNull();
    expect(await bucket.create(key, 'three')).toBeGreaterThan(second as number);
    await bucket.delete(key);
    expect(await bucket.put(key, 'four')).toBeGreaterThan(0);
  });

  test('let one of many racing creators win', async () => {
    const bucket = await executor.bucket('executions');
    const key = `acme.${newId('event')}`;
    const outcomes = await Promise.all(Array.from({ length: 50 }, (_, i) => bucket.create(key, String(i))));
    expect(outcomes.filter((revision) => revision !== null)).toHaveLength(1);
  });

  test('show a watcher what is there before anything else, then every change', async () => {
    const registry = await servers.connect('registry');
    const bucket = await registry.bucket('integrations');
    const seen: [string, string | null][] = [];
    const empty = await bucket.watch('watch.>', ({ key, value }) =>
      seen.push([key, value && Buffer.from(value).toString()]),
    );
    empty.unsubscribe();
    await bucket.put('watch.a', '1');
    await bucket.put('watch.b', '2');
    const watching = await bucket.watch('watch.>', ({ key, value }) =>
      seen.push([key, value && Buffer.from(value).toString()]),
    );
    expect(seen.slice(-2)).toEqual([
      ['watch.a', '1'],
      ['watch.b', '2'],
    ]);
    await bucket.put('watch.a', '3');
    await bucket.delete('watch.b');
    await vi.waitFor(() =>
      expect(seen.slice(-2)).toEqual([
        ['watch.a', '3'],
        ['watch.b', null],
      ]),
    );
    watching.unsubscribe();
    await registry.close();
  });

  test('that are not provisioned cannot be opened', async () => {
    await expect(executor.bucket('nothing')).rejects.toThrow();
  });
});

describe('streams', () => {
  test('are published to once per message id, and consumed in batches until acknowledged', async () => {
    const audit = await servers.connect('audit');
    const messageId = newId('auditEvent');
    const first = await executor.publishDurable('audit.v1.acme.execution', '["x"]', {
      messageId,
      headers: { 'X-Test': 'yes' },
    });
    const again = await executor.publishDurable('audit.v1.acme.execution', '["x"]', { messageId });
    expect(again).toEqual({ sequence: first.sequence, duplicate: true });
    const seen: string[] = [];
    let refuse = 2;
    const onError = vi.fn();
    const consumer = await audit.consume('AUDIT', 'audit-store', {
      maxMessages: 10,
      onError,
      onBatch: async (messages) => {
        if (refuse === 2 && refuse--) return { ack: false, retryAfterMs: 10 };
        if (refuse === 1 && refuse--) throw new Error('database away');
        for (const message of messages)
          seen.push(
            `${message.subject} ${message.header('X-Test')} ${message.header('none')} ${Buffer.from(message.payload).toString()} ${message.deliveries}`,
          );
        return { ack: true };
      },
    });
    await vi.waitFor(() => expect(seen).toEqual(['audit.v1.acme.execution yes null ["x"] 3']), { timeout: 5_000 });
    expect(onError).toHaveBeenCalledOnce();
    await consumer.stop();
    await audit.close();
  });

  test('refuse who may not write', async () => {
    await expect(executor.publishDurable('audit.v1.acme.credential', '[]', { timeoutMs: 500 })).rejects.toThrow();
  });

  test('are provisioned again without a change', async () => {
    const provisioner = await servers.connect('provisioner');
    const { buckets, streams, auditConsumer } = await import('@patchbay/contracts');
    const plan = {
      streams: Object.values(streams),
      buckets: Object.values(buckets),
      durables: [auditConsumer],
      replicas: 1,
      storage: 'memory' as const,
    };
    await provisioner.provision(plan);
    await provisioner.provision(plan);
    await provisioner.close();
  });
});

describe('a connection', () => {
  test('says clearly that no server answers', async () => {
    await expect(
      connectMessaging({
        servers: ['nats://127.0.0.1:1'],
        seed: servers.seedOf('admin'),
        name: 'x',
        inboxPrefix: '_INBOX_admin',
      }),
    ).rejects.toMatchObject({ code: 'overloaded', message: expect.stringContaining('npm start') });
  });

  test('says clearly that its key is refused', async () => {
    const { createUserSeed } = await import('./index.ts');
    await expect(
      connectMessaging({
        servers: servers.natsUrls,
        seed: createUserSeed().seed,
        name: 'stranger',
        inboxPrefix: '_INBOX_x',
      }),
    ).rejects.toMatchObject({ code: 'not_permitted', message: expect.stringContaining('stranger') });
  });

  test('knows its server and whether it is up', async () => {
    expect(agent.connected).toBe(true);
    expect(agent.serverVersion).toMatch(/^2\.\d+/);
    expect(agent.maxPayloadBytes).toBe(4 * 1024 * 1024);
    const extra = await servers.connect('agent', 'acme');
    await extra.close();
    expect(extra.connected).toBe(false);
    await expect(extra.request(routes.executeTool, { tenant: 'acme' }, { tool: 'a_tool' })).rejects.toMatchObject({
      code: 'overloaded',
    });
    await extra.close();
  });
});

/** Plain NATS protocol, as any client in any language would speak it, with an identity of the test's choice. */
async function rawSession(identity: 'agent' | 'admin') {
  const { fromSeed } = await import('@nats-io/nkeys');
  const url = new URL(servers.natsUrls[0]!);
  const socket = createConnection({ host: url.hostname, port: Number(url.port) });
  const pair = fromSeed(new TextEncoder().encode(servers.seedOf(identity, identity === 'agent' ? 'acme' : undefined)));
  let buffer = Buffer.alloc(0);
  const waiters: ((text: string) => void)[] = [];
  socket.on('data', (data) => {
    buffer = Buffer.concat([buffer, data]);
    for (const waiter of waiters) waiter(buffer.toString());
  });
  const until = (pattern: RegExp) =>
    new Promise<string>((resolve, reject) => {
      const look = (text: string) => pattern.test(text) && resolve(text);
      waiters.push(look);
      look(buffer.toString());
      setTimeout(() => reject(new Error(`no ${pattern} in ${buffer.toString().slice(-300)}`)), 5_000).unref();
    });
  const info = JSON.parse(/^INFO (.*)$/m.exec(await until(/^INFO .*\r\n/m))![1]!) as { nonce: string };
  const sig = Buffer.from(pair.sign(new TextEncoder().encode(info.nonce))).toString('base64url');
  socket.write(
    `CONNECT ${JSON.stringify({ verbose: false, pedantic: false, lang: 'test', version: '0', nkey: pair.getPublicKey(), sig, headers: true, no_responders: true })}\r\nPING\r\n`,
  );
  await until(/PONG/);
  return { socket, until };
}

async function rawRequest(subject: string, payload: string, inbox: string, identity: 'agent' | 'admin' = 'agent') {
  const { socket, until } = await rawSession(identity);
  socket.write(`SUB ${inbox} 1\r\nPUB ${subject} ${inbox} ${Buffer.byteLength(payload)}\r\n${payload}\r\n`);
  const text = await until(new RegExp(`^H?MSG ${inbox.replaceAll('.', '\\.')} .*\r\n[\\s\\S]*\\}\r\n`, 'm'));
  socket.destroy();
  return JSON.parse(text.slice(text.lastIndexOf('\r\n{') + 2).trim());
}

async function rawPublish(subject: string, payload: string, reply: string) {
  const { socket, until } = await rawSession('agent');
  socket.write(`PUB ${subject} ${reply} ${Buffer.byteLength(payload)}\r\n${payload}\r\nPING\r\n`);
  await until(/PONG[\s\S]*PONG/);
  socket.destroy();
}
