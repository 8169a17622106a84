import {
  AuditBatch,
  encodeWebhookEvent,
  events,
  newId,
  platformScope,
  routes,
  webhookEventHeader,
} from '@patchbay/contracts';
import type { Messaging } from '@patchbay/messaging';
import { serversForSuite } from '@patchbay/testkit';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { callWith, makeKey, runGateway, type TestGateway } from '../../test/running-gateway.ts';
import { type Follower, follow, publishFinished, refusedUpgrade } from './follower.test-support.ts';

const servers = serversForSuite({ beforeAll, afterAll }, { tenants: ['acme'], redis: false });
let gateway: TestGateway;
let admin: Messaging;
let executor: Messaging;
let owner: string;
let agent: string;
let platform: string;
const open: Follower[] = [];
beforeAll(async () => {
  admin = await servers().connect('admin');
  executor = await servers().connect('executor');
  gateway = await runGateway(servers(), 'gateway-1', { corsOrigins: ['https://console.example.com'] });
  for (const tenant of ['acme', 'rival']) await admin.request(routes.createTenant, {}, { tenant });
  owner = (await makeKey(admin)).text;
  agent = (await makeKey(admin, { role: 'agent' })).text;
  platform = (await makeKey(admin, { tenant: platformScope, role: 'operator' })).text;
  await vi.waitFor(async () => {
    for (const key of [owner, agent, platform])
      expect((await callWith(gateway.url, key)('GET', '/v1/nothing')).status).toBe(404);
  });
});
afterAll(async () => {
  for (const one of open) one.socket.terminate();
  await gateway?.stop();
});

async function come(key: string | null, over: Parameters<typeof follow>[2] = {}): Promise<Follower> {
  const one = await follow(gateway.url, key, over);
  open.push(one);
  return one;
}

const finish = (tenant = 'acme', over = {}) => publishFinished(executor, tenant, over);

async function begin(tenant = 'acme'): Promise<string> {
  const execution = newId('execution');
  const event = (outcome: 'intent' | 'succeeded') => ({
    specversion: '1.0' as const,
    id: newId('auditEvent'),
    source: '/services/executor/executor-1',
    type: `dev.patchbay.execution.${outcome === 'intent' ? 'intent' : 'outcome'}`,
    time: new Date().toISOString(),
    subject: execution,
    tenant,
    datacontenttype: 'application/json' as const,
    data: {
      actor: { kind: 'agent' as const, id: 'desk', session: 'call-1', end_user: 'somebody' },
      target: { kind: 'tool', id: 'echo', version: '1.0.0' },
      outcome,
      execution_id: execution,
      tool: 'echo',
      integration: 'demo',
      risk: 'read' as const,
    },
  });
  await executor.publishDurable(
    `audit.v1.${tenant}.execution`,
    JSON.stringify(AuditBatch.parse([event('succeeded'), event('intent')])),
  );
  return execution;
}

describe('who comes in', () => {
  test.each([
    ['a header', (key: string) => ({ headers: { authorization: `Bearer ${key}` } })],
    ['a subprotocol', (key: string) => ({ protocols: ['patchbay.v1', `bearer.${key}`] })],
    ['a first message', (key: string) => ({ first: { kind: 'authenticate', key } })],
  ])('brings a key by %s, and is told what may be followed', async (_how, over) => {
    const one = await come(null, over(owner));
    expect(await one.next('ready')).toMatchObject({
      tenant: 'acme',
      topics: expect.arrayContaining(['executions', 'webhooks', 'circuits']),
    });
    expect(one.socket.protocol).toBe('patchbay.v1');
    const few = await come(null, over(agent));
    expect((await few.next('ready')).topics).toEqual(['registry']);
  });

  test('is turned away before there is a socket: without a good key, of another tenant, from another origin', async () => {
    const bearer = (key: string, more = {}) => ({ headers: { authorization: `Bearer ${key}`, ...more } });
    const refused = (over: Parameters<typeof refusedUpgrade>[1]) => refusedUpgrade(gateway.url, over);
    expect(await refused(bearer('pbk_nothing'))).toMatchObject({ status: 401, body: { code: 'not_authenticated' } });
    expect(await refused({ protocols: ['patchbay.v1', 'bearer.x'] })).toMatchObject({ status: 401 });
    expect(await refused(bearer(owner, { 'patchbay-tenant': 'rival' }))).toMatchObject({ status: 403 });
    expect(await refused(bearer(owner, { origin: 'https://evil.example.com' }))).toMatchObject({
      status: 403,
      body: { code: 'not_permitted' },
    });
    for (const origin of ['https://console.example.com', gateway.url]) {
      const one = await come(null, bearer(owner, { origin }));
      await one.next('ready');
    }
    expect((await callWith(gateway.url, owner)('GET', '/v1/live')).status).toBe(426);
  });

  test('and brings no good key as a first message is closed, and none learns why', async () => {
    for (const first of [
      { kind: 'authenticate', key: 'pbk_nothing' },
      { kind: 'subscribe', topic: 'executions' },
      'no JSON',
    ]) {
      const one = await come(null, { first });
      expect(await one.closed).toMatchObject({ code: 4401 });
    }
  });

  test('leaves no key in the log', async () => {
    expect(gateway.log()).not.toContain(owner.slice(-43));
  });
});

describe('a tenant’s events', () => {
  test('come as CloudEvents with a cursor: a call begins and finishes', async () => {
    const one = await come(owner);
    await one.subscribe('executions');
    const begun = await begin();
    finish('rival');
    const finished = finish('acme', { session: 'call-1' });
    expect(await one.event(begun)).toMatchObject({
      id: `${begun}.begun`,
      source: '/tenants/acme/executions',
      type: 'dev.patchbay.execution.begun',
      tenant: 'acme',
      data: { execution_id: begun, tool: 'echo', integration: 'demo', session: 'call-1', agent: 'desk', risk: 'read' },
    });
    expect(await one.event(finished)).toMatchObject({
      type: 'dev.patchbay.execution.finished',
      data: { execution_id: finished, session: 'call-1', result: { status: 'succeeded', tool: 'echo' } },
    });
    expect(one.events().map(({ tenant }) => tenant)).not.toContain('rival');
    expect(JSON.stringify(one.messages)).not.toContain('somebody');
  });

  test('come of every topic, to who holds its scope', async () => {
    const [registry, vault, ingress, delivery] = await Promise.all([
      servers().connect('registry'),
      servers().connect('vault'),
      servers().connect('webhook-ingress'),
      servers().connect('webhook-delivery'),
    ]);
    const one = await come(owner);
    for (const topic of [
      'plans',
      'submissions',
      'registry',
      'circuits',
      'connections',
      'webhooks',
      'subscriptions',
      'approvals',
    ])
      await one.subscribe(topic);
    const [plan, submission, connection, event, source, subscription, approval] = [
      newId('plan'),
      newId('submission'),
      newId('connection'),
      newId('event'),
      newId('webhookSource'),
      newId('subscription'),
      newId('approval'),
    ];
    executor.publishEvent(
      events.planFinished,
      { tenant: 'acme', plan },
      { plan_id: plan, session: null, status: 'succeeded', counts: {}, timing: { total_ms: 1, calls_ms: 1 } },
    );
    executor.publishEvent(
      events.submissionFinished,
      { tenant: 'acme', submission },
      { submission_id: submission, state: 'done', session: null, result: null },
    );
    for (const tenant of ['acme', 'all', 'rival'])
      registry.publishEvent(
        events.registryChanged,
        { tenant },
        { scope: platformScope, integration: `of_${tenant}`, version: null, change: 'retired', tools: [] },
      );
    for (const tenant of ['acme', 'rival', null])
      executor.publishEvent(
        events.circuitChanged,
        {},
        { executor: 'x', host: `${tenant}.example.com`, tenant, state: 'open', open_ms: 9, sent_at: Date.now() },
      );
    vault.publishEvent(
      events.connectionExpired,
      { tenant: 'acme', connection },
      {
        connection,
        integration: 'demo',
        reason: 'refresh_refused',
      },
    );
    delivery.publishEvent(
      events.subscriptionChanged,
      { tenant: 'acme', subscription },
      { subscription, state: { value: 'paused', reason: null, since: new Date().toISOString() } },
    );
    executor.publishEvent(
      events.approvalRequested,
      { tenant: 'acme', approval },
      {
        id: approval,
        tenant: 'acme',
        state: 'waiting',
        tool: 'echo',
        version: '1.0.0',
        integration: 'demo',
        risk: 'destructive',
        connection: null,
        arguments_digest: 'x',
        agent: null,
        session: null,
        policies: [],
        execution_id: newId('execution'),
        requested_at: new Date().toISOString(),
        expires_at: new Date().toISOString(),
        decided_at: null,
        decided_by: null,
        used_by: null,
      },
    );
    await ingress.publishDurable(`webhooks.v1.acme.${source}.paid`, 'a private body', {
      headers: {
        [webhookEventHeader]: encodeWebhookEvent({
          id: event,
          tenant: 'acme',
          source,
          scheme: 'stripe',
          variant: 'v1',
          secret_id: 'certificate',
          type: 'paid',
          vendor_id: null,
          dedup_key: null,
          guard_key: null,
          received_at: new Date().toISOString(),
          request: { id: newId('webhookRequest'), method: 'POST', url: 'https://x', headers: [['a', 'private']] },
          index: 0,
          count: 1,
          content_type: null,
          traceparent: null,
        }),
      },
    });
    for (const subject of [
      plan,
      submission,
      'of_acme',
      'of_all',
      'acme.example.com',
      connection,
      subscription,
      event,
      approval,
    ])
      expect(await one.event(subject)).toMatchObject({ subject, tenant: 'acme' });
    expect((await one.event(event)).data).toMatchObject({ id: event, type: 'paid', payload_bytes: 14 });
    expect(JSON.stringify(one.messages)).not.toMatch(/private|rival|null\.example\.com/);

    const few = await come(agent);
    await few.subscribe('registry');
    for (const topic of ['executions', 'webhooks', 'circuits', 'connections'])
      expect(await few.ask({ kind: 'subscribe', topic }, 'refused')).toMatchObject({
        topic,
        error: { code: 'not_permitted' },
      });
  });

  test('of everyone come to the platform, which names a tenant for the rest', async () => {
    const one = await come(platform);
    expect(await one.next('ready')).toMatchObject({ tenant: platformScope });
    expect(await one.ask({ kind: 'subscribe', topic: 'executions' }, 'refused')).toMatchObject({
      error: { code: 'invalid_request' },
    });
    await one.subscribe('circuits');
    executor.publishEvent(
      events.circuitChanged,
      {},
      { executor: 'x', host: 'down.example.com', tenant: null, state: 'open', open_ms: 9, sent_at: Date.now() },
    );
    expect(await one.event('down.example.com')).toMatchObject({ data: { tenant: null, state: 'open' } });
    const named = await come(null, {
      headers: { authorization: `Bearer ${platform}` },
      query: '?tenant=acme',
    });
    await named.subscribe('executions');
    await named.event(finish());
  });

  test('are only those that a filter lets through', async () => {
    const one = await come(owner);
    await one.ask(
      { kind: 'subscribe', topic: 'executions', filter: { session: 'call-9', tool: 'echo' } },
      'subscribed',
    );
    finish('acme', { session: 'call-8' });
    finish('acme', { session: 'call-9', tool: 'other' });
    const wanted = finish('acme', { session: 'call-9' });
    await one.event(wanted);
    expect(one.events().map(({ subject }) => subject)).toEqual([wanted]);
  });

  test('are no more told once a topic is left', async () => {
    const one = await come(owner);
    await one.subscribe('executions');
    await one.event(finish());
    await one.ask({ kind: 'unsubscribe', topic: 'executions' }, 'unsubscribed');
    const told = one.events().length;
    const other = await come(owner);
    await other.subscribe('executions');
    await other.event(finish());
    expect(one.events()).toHaveLength(told);
  });
});

describe('who comes again with a cursor', () => {
  test('gets what it missed, each once and in order', async () => {
    const one = await come(owner);
    await one.subscribe('executions');
    const first = finish();
    await one.event(first);
    const cursor = one.cursor();
    one.socket.terminate();
    const missed = [finish(), finish(), finish()];
    const again = await come(owner);
    expect(await again.ask({ kind: 'subscribe', topic: 'executions', cursor }, 'subscribed')).toMatchObject({
      gap: null,
    });
    const after = finish();
    await again.event(after);
    expect(again.events().map(({ subject }) => subject)).toEqual([...missed, after]);
  });

  test('of another gateway is told that nobody knows', async () => {
    const one = await come(owner);
    const cursor = `aaaaaaaa.5.${Date.parse('2026-01-01T00:00:00Z').toString(36)}`;
    expect(await one.ask({ kind: 'subscribe', topic: 'executions', cursor }, 'subscribed')).toMatchObject({
      gap: { reason: 'unknown_cursor', since: '2026-01-01T00:00:00.000Z', missed: null },
    });
  });
});

describe('a client', () => {
  test('that sends what is no message is told so, and stays', async () => {
    const one = await come(owner);
    for (const bad of ['{', '[]', '{"kind":"subscribe"}', '{"kind":"subscribe","topic":"everything"}'])
      expect(await one.ask(bad, 'refused')).toMatchObject({ error: { code: 'invalid_request' } });
    await one.subscribe('executions');
  });

  test('that sends too much is closed', async () => {
    const one = await come(owner);
    for (let i = 0; i < 60; i++) one.say({ kind: 'unsubscribe', topic: 'plans' });
    expect(await one.closed).toMatchObject({ code: 4429 });
    const large = await come(owner);
    large.say('x'.repeat(20_000));
    expect(await large.closed).toMatchObject({ code: 1009 });
  });

  test('is let in no more when its key has too many, and again when one left', async () => {
    const small = await runGateway(servers(), 'gateway-2', { maxLiveClientsPerKey: 2 });
    try {
      await vi.waitFor(async () => (await follow(small.url, owner)).socket.terminate());
      const [first] = await Promise.all([follow(small.url, owner), follow(small.url, owner)]);
      await vi.waitFor(async () =>
        expect(await refusedUpgrade(small.url, { headers: { authorization: `Bearer ${owner}` } })).toMatchObject({
          status: 429,
        }),
      );
      first?.socket.close();
      await vi.waitFor(() => follow(small.url, owner));
    } finally {
      await small.stop();
    }
  });

  test('is closed within two seconds after its key was revoked', async () => {
    const { key, text } = await makeKey(admin);
    const one = await vi.waitFor(() => come(text));
    await one.subscribe('executions');
    const revokedAt = performance.now();
    await callWith(gateway.url, owner)('DELETE', `/v1/keys/${key.id}`);
    expect(await one.closed).toMatchObject({ code: 4401 });
    expect(performance.now() - revokedAt).toBeLessThan(2_000);
  });
});
