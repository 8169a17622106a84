import { originOf, toRecord } from '@patchbay/audit-log';
import { AuditBatch, type AuditEvent, buckets, platformScope, routes } from '@patchbay/contracts';
import type { Messaging } from '@patchbay/messaging';
import { serversForSuite } from '@patchbay/testkit';
import { problemsOfOcsf } from '@patchbay/testkit/ocsf';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type FakeExecutor, startFakeExecutor } from '../test/fake-executor.ts';
import { callWith, makeKey, runGateway, type TestGateway } from '../test/running-gateway.ts';

const servers = serversForSuite({ beforeAll, afterAll }, { tenants: ['acme'], redis: false });
let gateway: TestGateway;
let second: TestGateway;
let admin: Messaging;
let executor: FakeExecutor;
const events: AuditEvent[] = [];
/** Classes of the subjects that they came on, in the same order. */
const classes: string[] = [];
beforeAll(async () => {
  admin = await servers().connect('admin');
  executor = await startFakeExecutor(await servers().connect('executor'));
  const auditor = await servers().connect('auditor', 'acme');
  auditor.hearMessages('audit.v1.{tenant}.{class}', { tenant: 'acme' }, ({ payload, subject }) => {
    const batch = AuditBatch.parse(JSON.parse(Buffer.from(payload).toString()));
    events.push(...batch);
    classes.push(...batch.map(() => subject.split('.')[3] as string));
  });
  await auditor.flush();
  gateway = await runGateway(servers());
  second = await runGateway(servers(), 'gateway-2');
  for (const tenant of ['acme', 'rival']) await admin.request(routes.createTenant, {}, { tenant });
});
// Registered first, run last: the servers end after it.
afterAll(async () => {
  await gateway?.stop();
  await second?.stop();
});

const as = (key: string | null, at = gateway) => callWith(at.url, key);
const ended = { status: 401, body: { code: 'not_authenticated' } };

describe('a key', () => {
  test('comes in where it was made, at every gateway, and is told once', async () => {
    const { key, text } = await makeKey(admin, { name: 'front desk', role: 'owner' });
    expect(key).toMatchObject({ tenant: 'acme', created_by: 'admin', expires_at: null, replaces: null });
    for (const at of [gateway, second])
      await vi.waitFor(async () => expect((await as(text, at)('GET', '/v1/keys')).status).toBe(200));
    const { body } = await as(text)('GET', '/v1/keys');
    const secret = text.slice(-43);
    expect(body.items.map(({ id }: { id: string }) => id)).toContain(key.id);
    expect(JSON.stringify(body)).not.toContain(secret);
    expect(body.items[0].hint).toHaveLength(4);
    expect((await as(`${text.slice(0, -1)}${text.endsWith('A') ? 'B' : 'A'}`)('GET', '/v1/keys')).status).toBe(401);
  });

  test('is made over HTTP by who may, and holds no more than its maker', async () => {
    const owner = as((await makeKey(admin, { role: 'owner' })).text);
    const made = await owner('POST', '/v1/keys', { name: 'bot', role: 'agent', scopes: ['tools:read'], agent: 'bot' });
    expect(made).toMatchObject({ status: 201, body: { key: { role: 'agent', scopes: ['tools:read'], agent: 'bot' } } });
    const bot = as(made.body.secret);
    expect((await bot('POST', '/v1/tools/echo/execute', {})).status).toBe(403);
    expect((await owner('POST', '/v1/keys', { name: 'x', role: 'agent', scopes: ['keys:write'] })).status).toBe(400);
    expect(
      (await owner('POST', '/v1/keys', { name: 'x', role: 'agent', expires_at: '2020-01-01T00:00:00Z' })).status,
    ).toBe(400);

    const narrow = as((await makeKey(admin, { role: 'owner', scopes: ['keys:write', 'keys:read'] })).text);
    expect(await narrow('POST', '/v1/keys', { name: 'x', role: 'owner' })).toMatchObject({
      status: 403,
      body: { code: 'not_permitted', details: { scopes: expect.arrayContaining(['tools:execute']) } },
    });
    const { key } = await makeKey(admin, { role: 'owner' });
    expect((await narrow('POST', `/v1/keys/${key.id}/rotate`, {})).status).toBe(403);
  });

  test('of another tenant is not there', async () => {
    const { key } = await makeKey(admin, { tenant: 'rival', role: 'owner' });
    const owner = as((await makeKey(admin, { role: 'owner' })).text);
    for (const [method, path] of [
      ['GET', `/v1/keys/${key.id}`],
      ['POST', `/v1/keys/${key.id}/rotate`],
      ['DELETE', `/v1/keys/${key.id}`],
      ['GET', '/v1/tenants/rival'],
    ] as const)
      expect(await owner(method, path, method === 'POST' ? {} : undefined)).toMatchObject({
        status: 404,
        body: { code: 'not_found' },
      });
    expect((await owner('GET', '/v1/tenants')).body.items.map(({ tenant }: { tenant: string }) => tenant)).toEqual([
      'acme',
    ]);
    expect(JSON.stringify((await owner('GET', '/v1/keys?limit=1000')).body)).not.toContain(key.id);
  });

  test('that is rotated goes on for its overlap, and no longer', async () => {
    const { key, text } = await makeKey(admin, { role: 'owner' });
    const { body } = await as(text)('POST', `/v1/keys/${key.id}/rotate`, { overlap_ms: 600 });
    expect(body).toMatchObject({ key: { replaces: key.id, role: 'owner' }, replaced: { id: key.id } });
    expect(Date.parse(body.replaced.expires_at)).toBeGreaterThan(Date.now() - 60_000);
    expect((await as(body.secret)('GET', '/v1/keys')).status).toBe(200);
    await vi.waitFor(async () => expect(await as(text)('GET', '/v1/keys')).toMatchObject(ended));
    expect((await as(body.secret)('POST', `/v1/keys/${key.id}/rotate`, {})).status).toBe(400);
  });

  test('that is revoked is taken nowhere any more, nor while its tenant is suspended', async () => {
    const platform = as((await makeKey(admin, { tenant: platformScope, role: 'operator' })).text);
    const { key, text } = await makeKey(admin, { role: 'owner' });
    const rival = await makeKey(admin, { tenant: 'rival', role: 'owner' });
    for (const one of [text, rival.text])
      await vi.waitFor(async () => expect((await as(one, second)('GET', '/v1/keys')).status).toBe(200));
    expect((await platform('DELETE', `/v1/keys/${key.id}`, undefined, { 'patchbay-tenant': 'acme' })).status).toBe(200);
    expect((await platform('POST', '/v1/tenants/rival/suspend')).body.suspended_at).not.toBeNull();
    for (const one of [text, rival.text]) {
      expect(await as(one)('GET', '/v1/keys')).toMatchObject(ended);
      await vi.waitFor(async () => expect(await as(one, second)('GET', '/v1/keys')).toMatchObject(ended), 2_000);
    }
    await platform('POST', '/v1/tenants/rival/resume');
    expect((await as(rival.text)('GET', '/v1/keys')).status).toBe(200);
    expect(await as(text)('GET', '/v1/keys')).toMatchObject(ended);
  });

  test('says when it was last used', async () => {
    const { key, text } = await makeKey(admin, { role: 'owner' });
    const ask = as(text);
    await vi.waitFor(async () => {
      const { body } = await ask('GET', `/v1/keys/${key.id}`);
      expect(Date.parse(body.last_used_at)).toBeGreaterThan(Date.now() - 60_000);
    });
  });

  test('of no tenant that there is, or of the platform as anything but an operator, is not made', async () => {
    await expect(makeKey(admin, { tenant: 'nobody' })).rejects.toMatchObject({ code: 'not_found' });
    await expect(makeKey(admin, { tenant: platformScope, role: 'owner' })).rejects.toMatchObject({
      code: 'invalid_request',
    });
  });
});

describe('a call', () => {
  test('goes to the executor for the key’s tenant, in the key’s name, and comes back', async () => {
    const { key, text } = await makeKey(admin, { role: 'agent' });
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    const answer = await as(text)(
      'POST',
      '/v1/tools/echo/execute',
      { arguments: { a: 1 }, context: { session: 's-1' } },
      { 'idempotency-key': 'call-1', traceparent },
    );
    expect(answer).toMatchObject({ status: 200, body: { status: 'succeeded', output: { a: 1 } } });
    expect(executor.asked.at(-1)).toMatchObject({
      tenant: 'acme',
      request: { tool: 'echo', idempotency_key: 'call-1', stream: false, context: { session: 's-1', agent: key.id } },
    });
    expect(executor.asked.at(-1)?.traceparent).toContain('4bf92f3577b34da6a3ce929d0e0e4736');
  });

  test('is made as the agent that its key is bound to, whatever it says', async () => {
    const { text } = await makeKey(admin, { role: 'agent', agent: 'front-desk' });
    await as(text)('POST', '/v1/tools/echo/execute', { context: { agent: 'somebody' } });
    expect(executor.asked.at(-1)?.request.context).toEqual({
      agent: 'front-desk',
      principal: { kind: 'key', id: expect.stringMatching(/^key_/), role: 'agent' },
    });
  });

  test('that does not succeed is a problem with its result', async () => {
    const ask = as((await makeKey(admin, { role: 'agent' })).text);
    expect(await ask('POST', '/v1/tools/fail/execute', {})).toMatchObject({
      status: 502,
      body: { code: 'upstream_error', details: { upstream_status: 500 }, result: { status: 'failed', tool: 'fail' } },
    });
    expect(await ask('POST', '/v1/tools/other/execute', {})).toMatchObject({
      status: 404,
      body: { code: 'tool_not_found' },
    });
    const twoKeys = await ask('POST', '/v1/tools/echo/execute', { idempotency_key: 'a' }, { 'idempotency-key': 'b' });
    expect(twoKeys.status).toBe(400);
  });

  test('for the platform goes to the tenant it names', async () => {
    const ask = as((await makeKey(admin, { tenant: platformScope, role: 'operator' })).text);
    await ask('POST', '/v1/tools/echo/execute', {}, { 'patchbay-tenant': 'rival' });
    expect(executor.asked.at(-1)?.tenant).toBe('rival');
    expect((await ask('POST', '/v1/tools/echo/execute', {})).status).toBe(400);
  });
});

describe('a streamed call', () => {
  const open = (key: string, tool: string, signal?: AbortSignal) =>
    fetch(`${gateway.url}/v1/tools/${tool}/execute`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, accept: 'text/event-stream', 'content-type': 'application/json' },
      body: '{}',
      ...(signal && { signal }),
    });

  test('is told chunk by chunk, and then its result', async () => {
    const answer = await open((await makeKey(admin, { role: 'agent' })).text, 'count');
    expect(answer.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    const told = (await answer.text()).split('\n\n').filter(Boolean);
    expect(told.slice(0, 3)).toEqual(
      [1, 2, 3].map((part) => `event: chunk\nid: ${part}\ndata: {"sequence":${part},"data":{"part":${part}}}`),
    );
    expect(told[3]).toMatch(/^event: result\ndata: \{"execution_id":"exe_.*"output":"told"/);
    expect(told).toHaveLength(4);
  });

  test('of no tool is its refusal', async () => {
    const answer = await open((await makeKey(admin, { role: 'agent' })).text, 'other');
    expect(await answer.text()).toMatch(/^event: result\ndata: .*"status":"refused".*tool_not_found.*\n\n$/);
  });

  test('ends within two seconds of its key, and is cancelled', async () => {
    const { key, text } = await makeKey(admin, { role: 'agent' });
    const answer = await open(text, 'endless');
    const reader = (answer.body as ReadableStream<Uint8Array>).getReader();
    let told = '';
    const take = async () => {
      const { done, value } = await reader.read();
      told += Buffer.from(value ?? []).toString();
      return done;
    };
    while (!told.includes('id: 3')) await take();
    const cancelledBefore = executor.cancelled.length;
    // By the other gateway: it is the store that tells.
    const owner = as((await makeKey(admin, { role: 'owner' })).text, second);
    await vi.waitFor(async () => expect((await owner('DELETE', `/v1/keys/${key.id}`)).status).toBe(200));
    const revokedAt = performance.now();
    while (!(await take()));
    expect(told).toMatch(/event: problem\ndata: .*not_authenticated/);
    expect(performance.now() - revokedAt).toBeLessThan(2_000);
    await vi.waitFor(() => expect(executor.cancelled.length).toBe(cancelledBefore + 1));
  });

  test('that its client leaves is cancelled', async () => {
    const leave = new AbortController();
    const answer = await open((await makeKey(admin, { role: 'agent' })).text, 'endless', leave.signal);
    const reader = (answer.body as ReadableStream<Uint8Array>).getReader();
    await reader.read();
    const before = executor.cancelled.length;
    leave.abort();
    await vi.waitFor(() => expect(executor.cancelled.length).toBe(before + 1));
  });
});

describe('what an administrator does', () => {
  test('is recorded before and after, in the name of the key', async () => {
    const { key, text } = await makeKey(admin, { role: 'owner' });
    const { body } = await as(text)('POST', '/v1/keys', { name: 'recorded', role: 'agent' });
    await as(text)('DELETE', `/v1/keys/${body.key.id}`);
    // Nobody serves the registry here: the attempt is on record all the same.
    expect((await as(text)('POST', '/v1/integrations', { text: 'x' })).status).toBe(503);
    await vi.waitFor(() => {
      const own = events.filter(({ data }) => data.actor.id === key.id).map(({ type, data }) => [type, data.outcome]);
      expect(own).toEqual([
        ['dev.patchbay.gateway.key_created', 'intent'],
        ['dev.patchbay.gateway.key_created', 'succeeded'],
        ['dev.patchbay.gateway.key_revoked', 'intent'],
        ['dev.patchbay.gateway.key_revoked', 'succeeded'],
        ['dev.patchbay.gateway.register_integration', 'intent'],
        ['dev.patchbay.gateway.register_integration', 'failed'],
      ]);
    });
    expect(events.every(({ data }) => data.actor.kind === 'key' || data.actor.kind === 'admin')).toBe(true);
  });
});

test('no secret of a key is in the store, the audit log or a log', async () => {
  const { text } = await makeKey(admin, { role: 'owner' });
  const made = await as(text)('POST', '/v1/keys', { name: 'canary', role: 'agent' });
  const secrets = [text, made.body.secret as string].map((key) => key.slice(-43));
  await as(`${text}x`)('GET', '/v1/keys');
  const gatewayBucket = await (await servers().connect('gateway')).bucket(buckets.identity.name);
  const stored: string[] = [];
  for await (const { entries } of gatewayBucket.scan('key.*', { after: 0, pageRows: 100 }))
    stored.push(...entries.map(({ value }) => Buffer.from(value).toString()));
  expect(stored.length).toBeGreaterThan(5);
  const places = [...stored, JSON.stringify(events), gateway.log(), second.log()].join('\n');
  for (const secret of secrets) expect(places.includes(secret)).toBe(false);
});

// The last: it ends a gateway, which then tells what it counted.
test('who came in, who did not, and who looked is on record, and every record is as OCSF has its class', async () => {
  const { key, text } = await makeKey(admin, { role: 'auditor' });
  await vi.waitFor(async () => expect((await as(text, second)('GET', '/v1/me')).status).toBe(200));
  for (let i = 0; i < 20; i++) expect((await as(`${text.slice(0, -2)}xx`, second)('GET', '/v1/me')).status).toBe(401);
  expect((await as(text, second)('POST', '/v1/keys', { name: 'more', role: 'owner' })).status).toBe(403);
  const { text: owner } = await makeKey(admin, { role: 'owner' });
  await vi.waitFor(async () => expect((await as(owner, second)('GET', `/v1/keys/${key.id}`)).status).toBe(200));
  await second.stop();
  await vi.waitFor(() => {
    const told = (act: string) =>
      events.find(({ type, data }) => type === `dev.patchbay.gateway.${act}` && data.target.id === key.id)?.data;
    expect(told('signed_in')).toMatchObject({ actor: { id: key.id }, facts: { door: 'http', role: 'auditor' } });
    expect(told('sign_in_refused')).toMatchObject({ outcome: 'refused', facts: { reason: 'wrong_secret', count: 20 } });
    expect(told('get_key')).toMatchObject({ actor: { kind: 'key' }, outcome: 'succeeded' });
    const refused = events.find(({ type, data }) => type.endsWith('access_refused') && data.actor.id === key.id);
    expect(refused?.data).toMatchObject({
      target: { id: 'createKey' },
      error_code: 'not_permitted',
      facts: { count: 1 },
    });
  });
  events.forEach((event, index) => {
    const origin = originOf(event);
    expect(origin.class, event.type).toBe(classes[index]);
    expect(problemsOfOcsf(JSON.parse(toRecord(event, origin)).data), event.type).toEqual([]);
  });
});
