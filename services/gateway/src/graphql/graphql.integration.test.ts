import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorBody, routes } from '@patchbay/contracts';
import type { Messaging } from '@patchbay/messaging';
import { serversForSuite } from '@patchbay/testkit';
import { getIntrospectionQuery } from 'graphql';
import { createClient } from 'graphql-ws';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { callWith, makeKey, runGateway, type TestGateway } from '../../test/running-gateway.ts';
import { publishFinished } from '../live/follower.test-support.ts';
import type { LiveItem } from './follow-topic.ts';
import { hashOfQuery } from './persisted-queries.ts';
import { eventIds, serveBehind } from './served-behind.test-support.ts';

const servers = serversForSuite({ beforeAll, afterAll }, { tenants: ['acme'], redis: false });
let gateway: TestGateway;
let admin: Messaging;
let executor: Messaging;
let owner: string;
let agent: string;
/** Requests that services were asked over NATS since the test began. */
const asked: string[] = [];
beforeEach(() => void asked.splice(0));

beforeAll(async () => {
  admin = await servers().connect('admin');
  executor = await servers().connect('executor');
  await serveBehind((name) => servers().connect(name), asked);
  gateway = await runGateway(servers());
  for (const tenant of ['acme', 'rival']) await admin.request(routes.createTenant, {}, { tenant });
  owner = (await makeKey(admin)).text;
  agent = (await makeKey(admin, { role: 'agent' })).text;
  await vi.waitFor(async () => {
    for (const key of [owner, agent]) expect((await ask('{ me { id } }', key)).status).toBe(200);
  });
});
afterAll(() => gateway?.stop());

const ask = (query: string, key: string | null = owner, more: object = {}, at = gateway) =>
  callWith(at.url, key)('POST', '/graphql', { query, ...more });

describe('a query', () => {
  test('links a hundred executions to their tools, integrations and connections with three questions', async () => {
    const { body } = await ask(`{
      executions(limit: 100) { items { outcome session tool { title integration { id } } integration { id tools { name } } connection { label integration { id } } } }
      connections { label }
    }`);
    expect(body.errors).toBeUndefined();
    expect(body.data.executions.items).toHaveLength(100);
    expect(body.data.executions.items[1]).toMatchObject({
      outcome: 'succeeded',
      session: 's',
      tool: { title: 'Tool', integration: { id: 'int_1' } },
      connection: { label: 'main', integration: { id: 'int_1' } },
    });
    expect(body.data.executions.items[1].integration.tools).toHaveLength(10);
    expect(asked.sort()).toEqual(['svc.audit.v1.query', 'svc.vault.v1.connections.list', 'tools.v1.{tenant}.list']);
  });

  test('asks for definitions, and for the events of deliveries, together', async () => {
    const { body } = await ask('{ tools(limit: 100) { items { name definition(format: "mcp") } } }');
    expect(body.data.tools.items.slice(2, 5).map(({ definition }: { definition: unknown }) => definition)).toEqual([
      { name: 'tool_2' },
      null,
      { name: 'tool_4' },
    ]);
    expect(asked).toEqual(['tools.v1.{tenant}.list', 'tools.v1.{tenant}.describe']);
    asked.splice(0);
    const deliveries = await ask(
      '{ webhookDeliveries(limit: 100) { items { state event { id type source { name } } source { id } subscription { id } } } }',
    );
    expect(deliveries.body.errors).toBeUndefined();
    expect(deliveries.body.data.webhookDeliveries.items.map((one: { event: { id: string } }) => one.event.id)).toEqual(
      eventIds,
    );
    expect(deliveries.body.data.webhookDeliveries.items[0].event.source).toEqual({ name: 'shop' });
    expect(asked.toSorted()).toEqual([
      'svc.webhook-delivery.v1.deliveries.list',
      'svc.webhook-delivery.v1.events.list',
      'svc.webhook-delivery.v1.subscriptions.list',
      'svc.webhook-ingress.v1.sources.list',
    ]);
  });

  test('takes variables, names one of several operations, and pages', async () => {
    const text =
      'query a($n: Int!, $c: String) { integrations(limit: $n, cursor: $c) { items { id } next_cursor } } query b { me { role tenant } }';
    const first = await ask(text, owner, { operationName: 'a', variables: { n: 4, c: null } });
    expect(first.body.data.integrations).toEqual({
      items: [{ id: 'int_0' }, { id: 'int_1' }, { id: 'int_2' }, { id: 'int_3' }],
      next_cursor: 'int_3',
    });
    const next = await ask(text, owner, { operationName: 'a', variables: { n: 4, c: 'int_3' } });
    expect(next.body.data.integrations.items[0]).toEqual({ id: 'int_4' });
    expect((await ask(text, owner, { operationName: 'b' })).body.data).toEqual({
      me: { role: 'owner', tenant: 'acme' },
    });
    expect((await ask(text)).body.errors[0].extensions.code).toBe('invalid_request');
    expect(
      (await ask('{ keys(limit: 1) { items { id hint } } tenants { items { tenant } } }')).body.data.tenants,
    ).toEqual({
      items: [{ tenant: 'acme' }],
    });
  });

  test('answers what a key may see beside what it may not', async () => {
    const { status, body } = await ask('{ me { role } tool(name: "tool_1") { name integration { id } } }', agent);
    expect(status).toBe(200);
    expect(body.data).toEqual({ me: { role: 'agent' }, tool: { name: 'tool_1', integration: null } });
    expect(body.errors).toEqual([
      {
        message: 'The key does not hold scope integrations:read.',
        path: ['tool', 'integration'],
        locations: expect.any(Array),
        extensions: {
          code: 'not_permitted',
          speakable: errorBody('not_permitted').speakable,
          retryable: false,
          retry_after_ms: null,
          issues: [],
          details: { scope: 'integrations:read' },
        },
      },
    ]);
  });

  test('fails with codes of the catalogue, and tells nothing of the inside', async () => {
    const refused = await ask('{ executions(tool: "refused") { next_cursor } }');
    expect(refused.body.errors[0].extensions).toMatchObject({ code: 'overloaded', retryable: true, retry_after_ms: 5 });
    const broken = await ask('{ executions(tool: "broken") { next_cursor } }');
    expect(broken.body.errors[0].extensions.code).toBe('internal');
    expect(JSON.stringify(broken.body)).not.toMatch(/secret|inside|stack|at /);
    const [limit] = (await ask('{ tools(limit: 5000) { total } }')).body.errors;
    expect(limit.extensions.code).toBe('invalid_request');
    expect(limit.extensions.issues).not.toEqual([]);
  });
});

describe('bombs', () => {
  const text = (length: number, one: (i: number) => string) => Array.from({ length }, (_, i) => one(i)).join(' ');
  test.each([
    ['depth', `{ integrations { items ${'{ tools { integration '.repeat(50)}{ id }${' } }'.repeat(50)} } }`],
    ['aliases', `{ ${text(200, (i) => `a${i}: tools { total }`)} }`],
    ['roots', `{ ${text(100, () => 'tools { total }')} }`],
    ['fragments in a circle', '{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }'],
    [
      'fragments that double',
      `{ ...f0 } ${text(25, (i) => `fragment f${i} on Query { ...f${i + 1} ...f${i + 1} }`)} fragment f25 on Query { me { id } }`,
    ],
    ['directives', `{ me { id ${'@skip(if: false) '.repeat(500)} } }`],
    ['a huge literal', `{ tool(name: "${'x'.repeat(100_000)}") { name } }`],
    ['lists within lists', `{ webhookEvents(types: ${'['.repeat(900)}"a"${']'.repeat(900)}) { next_cursor } }`],
    ['fields that overlap', `{ me { ${'id '.repeat(1_900)} } }`],
    ['cost', '{ tools(limit: 1000) { items { definition integration { tools { definition } } } } }'],
    [
      'introspection in a circle',
      `{ __schema { types { fields { type { fields { type { fields { type { fields { name } } } } } } } } } }`,
    ],
    ['a mutation', 'mutation { nothing }'],
    ['a subscription', 'subscription { registryChanged { cursor } }'],
    ['a document in JSON', '{"kind":"Document","definitions":[]}'],
  ])('are refused before anybody is asked: %s', async (_what, query) => {
    const started = performance.now();
    const { status, body } = await ask(query);
    expect([status, body.errors?.[0].extensions.code]).toEqual([400, 'invalid_request']);
    expect(body.data).toBeUndefined();
    expect(asked).toEqual([]);
    expect(performance.now() - started).toBeLessThan(2_000);
  });

  test('of several requests in one, and bodies beyond their size, are refused', async () => {
    const call = callWith(gateway.url, owner);
    const one = { query: '{ me { id } }' };
    expect(
      await call(
        'POST',
        '/graphql',
        Array.from({ length: 100 }, () => one),
      ),
    ).toMatchObject({ status: 400 });
    expect(await call('POST', '/graphql', { ...one, variables: { x: 'x'.repeat(200_000) } })).toMatchObject({
      status: 413,
    });
    expect(await call('POST', '/graphql', { ...one, extra: 1 })).toMatchObject({ status: 400 });
    expect(await call('POST', '/graphql', '{')).toMatchObject({ status: 400 });
    expect(await call('GET', '/graphql?query={me{id}}')).toMatchObject({ status: 404 });
  });
});

describe('the schema', () => {
  test('is told to whoever is in, and to nobody else', async () => {
    expect((await ask(getIntrospectionQuery(), agent)).body.data.__schema.queryType).toMatchObject({ name: 'Query' });
    for (const key of [null, 'pbk_nothing'])
      expect(await ask(getIntrospectionQuery(), key)).toMatchObject({
        status: 401,
        body: { code: 'not_authenticated' },
      });
    expect((await ask('{ me { id } }', owner, {})).headers.get('content-type')).toContain('application/json');
  });

  test('with an allow-list answers what is in it, by text or by hash, and nothing else', async () => {
    const allowed = '{ me { role } }';
    const file = join(servers().dir, 'queries.json');
    writeFileSync(file, JSON.stringify([allowed]));
    const strict = await runGateway(servers(), 'gateway-2', { graphqlQueriesFile: file });
    try {
      const hash = (sha256Hash: string) => ({
        query: undefined,
        extensions: { persistedQuery: { version: 1, sha256Hash } },
      });
      const own = { data: { me: { role: 'owner' } } };
      await vi.waitFor(async () => expect((await ask(allowed, owner, {}, strict)).body).toEqual(own));
      expect((await ask('', owner, hash(hashOfQuery(allowed)), strict)).body).toEqual(own);
      for (const other of ['{ me { id } }', `${allowed} `, getIntrospectionQuery()])
        expect(await ask(other, owner, {}, strict)).toMatchObject({ status: 403, body: { code: 'not_permitted' } });
      expect(await ask('', owner, hash(hashOfQuery('{ me { id } }')), strict)).toMatchObject({ status: 404 });
    } finally {
      await strict.stop();
    }
  });
});

describe('a subscription of the official client', () => {
  const clients: ReturnType<typeof createClient>[] = [];
  afterEach(() => {
    for (const one of clients.splice(0)) one.dispose();
  });

  function come(key: string | null, more: object = {}) {
    const closed = vi.fn();
    const client = createClient({
      url: `${gateway.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      retryAttempts: 0,
      ...(key !== null && { connectionParams: { authorization: `Bearer ${key}` } }),
      on: { closed },
      ...more,
    });
    clients.push(client);
    const follow = (query: string, variables?: Record<string, unknown>) => {
      const items: LiveItem[] = [];
      const error = vi.fn();
      client.subscribe<Record<string, LiveItem>>(
        { query, ...(variables && { variables }) },
        {
          next: ({ data, errors }) => {
            if (errors) error(errors);
            items.push(...Object.values(data ?? {}));
          },
          error,
          complete: () => {},
        },
      );
      return { items, error };
    };
    return { closed, follow };
  }

  const executions =
    'subscription ($c: String) { executions(tool: "echo", cursor: $c) { cursor event { id type subject tenant data } gap { reason missed } } }';

  test('tells events, and goes on behind a cursor', async () => {
    const one = come(owner).follow(executions);
    const first = await vi.waitFor(() => {
      publishFinished(executor, 'rival');
      publishFinished(executor, 'acme', { tool: 'other' });
      const subject = publishFinished(executor);
      expect(one.items.length).toBeGreaterThan(0);
      return subject;
    });
    await vi.waitFor(() => expect(one.items.at(-1)?.event?.subject).toBe(first));
    expect(new Set(one.items.map(({ event }) => event?.tenant))).toEqual(new Set(['acme']));
    expect(one.items[0]?.event).toMatchObject({
      type: 'dev.patchbay.execution.finished',
      data: { result: { tool: 'echo' } },
    });
    const c = one.items.at(-1)?.cursor;
    const missed = [publishFinished(executor), publishFinished(executor)];
    await vi.waitFor(() => expect(one.items.at(-1)?.event?.subject).toBe(missed[1]));
    const again = come(owner).follow(executions, { c });
    await vi.waitFor(() => expect(again.items.map(({ event }) => event?.subject)).toEqual(missed));
    const lost = come(owner).follow(executions, { c: 'aaaaaaaa.1.a' });
    await vi.waitFor(() => expect(lost.items[0]?.gap).toMatchObject({ reason: 'unknown_cursor' }));
  });

  test('is refused without a scope, as no subscription, as a bomb, and with arguments that pick nothing', async () => {
    for (const [key, query, code] of [
      [agent, executions, 'not_permitted'],
      [owner, '{ me { id } }', 'invalid_request'],
      [owner, 'subscription { nothing }', 'invalid_request'],
      [owner, `subscription { executions { cursor ${'@skip(if: false) '.repeat(100)} } }`, 'invalid_request'],
      [owner, 'subscription { executions(cursor: "x") { cursor } }', 'invalid_request'],
      [owner, 'subscription { executions { cursor } registryChanged { cursor } }', 'invalid_request'],
    ] as const) {
      const { error } = come(key).follow(query);
      await vi.waitFor(() =>
        expect(error).toHaveBeenCalledWith([
          expect.objectContaining({ extensions: expect.objectContaining({ code }) }),
        ]),
      );
    }
  });

  test('does not begin without a key, and ends within two seconds after it was revoked', async () => {
    for (const key of [null, 'pbk_nothing']) {
      const { follow, closed } = come(key);
      follow(executions);
      await vi.waitFor(() => expect(closed).toHaveBeenCalledWith(expect.objectContaining({ code: 4401 })));
    }
    const { key, text } = await makeKey(admin);
    await vi.waitFor(async () => expect((await ask('{ me { id } }', text)).status).toBe(200));
    const { follow, closed } = come(text);
    const { items } = follow(executions);
    await vi.waitFor(() => {
      publishFinished(executor);
      expect(items.length).toBeGreaterThan(0);
    });
    const revokedAt = performance.now();
    await callWith(gateway.url, owner)('DELETE', `/v1/keys/${key.id}`);
    await vi.waitFor(() => expect(closed).toHaveBeenCalledWith(expect.objectContaining({ code: 4401 })));
    expect(performance.now() - revokedAt).toBeLessThan(2_000);
  });

  test('of more than twenty on one socket is refused', async () => {
    const { follow } = come(owner);
    const many = Array.from({ length: 21 }, () => follow('subscription { registryChanged { cursor } }'));
    await vi.waitFor(() =>
      expect(many.flatMap(({ error }) => error.mock.calls.flat(2))).toMatchObject([
        { extensions: { code: 'rate_limited' } },
      ]),
    );
  });
});
