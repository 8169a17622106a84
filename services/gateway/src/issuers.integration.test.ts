import { AuditBatch, type AuditEvent, routes } from '@patchbay/contracts';
import type { Messaging } from '@patchbay/messaging';
import { serversForSuite } from '@patchbay/testkit';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type FakeExecutor, startFakeExecutor } from '../test/fake-executor.ts';
import { callWith, makeKey, runGateway, type TestGateway } from '../test/running-gateway.ts';
import { startTokenIssuer, type TokenIssuer } from '../test/token-issuer.ts';

const servers = serversForSuite({ beforeAll, afterAll }, { tenants: ['acme'], redis: false });
let gateway: TestGateway;
let issuer: TokenIssuer;
let admin: Messaging;
const events: AuditEvent[] = [];
let executor: FakeExecutor;
beforeAll(async () => {
  admin = await servers().connect('admin');
  executor = await startFakeExecutor(await servers().connect('executor'));
  const auditor = await servers().connect('auditor', 'acme');
  auditor.hearMessages('audit.v1.{tenant}.{class}', { tenant: 'acme' }, ({ payload }) => {
    events.push(...AuditBatch.parse(JSON.parse(Buffer.from(payload).toString())));
  });
  await auditor.flush();
  issuer = await startTokenIssuer(['agents', 'boss', 'stranger']);
  gateway = await runGateway(servers(), 'gateway-1', { trustedOrigins: [issuer.origin] });
  for (const tenant of ['acme', 'rival']) await admin.request(routes.createTenant, {}, { tenant });
});
afterAll(async () => {
  await gateway?.stop();
  await issuer?.close();
});

const as = (token: string) => callWith(gateway.url, token);
const refused = { status: 401, body: { code: 'not_authenticated' } };
const audience = 'urn:patchbay:acme';
const settings = () => ({
  issuer: issuer.url,
  audience,
  roles: { agents: 'agent', boss: 'owner' },
  agent_claim: 'desk',
});

async function owner(tenant = 'acme') {
  return as((await makeKey(admin, { tenant, role: 'owner' })).text);
}

describe('a tenant’s issuer', () => {
  test('is trusted from then on, for the roles that its claims mean', async () => {
    const ask = await owner();
    const token = await issuer.token('agents', audience);
    expect(await as(token)('GET', '/v1/tools')).toMatchObject(refused);
    expect(await ask('PUT', '/v1/issuers', settings())).toMatchObject({
      status: 200,
      body: { created: true, issuer: { tenant: 'acme', issuer: issuer.url, algorithms: expect.any(Array) } },
    });
    expect((await as(token)('POST', '/v1/tools/echo/execute', { arguments: { a: 1 } })).body.output).toEqual({ a: 1 });
    expect(executor.asked.at(-1)).toMatchObject({ tenant: 'acme', request: { context: { agent: 'agents-desk' } } });
    expect((await as(token)('GET', '/v1/keys')).status).toBe(403);
    const boss = await issuer.token('boss', audience);
    expect((await as(boss)('GET', '/v1/keys')).status).toBe(200);
    expect(await as(boss)('GET', '/v1/keys', undefined, { 'patchbay-tenant': 'rival' })).toMatchObject({ status: 403 });
    expect(await as(await issuer.token('stranger', audience))('GET', '/v1/tools')).toMatchObject(refused);
    expect(await as(await issuer.token('boss', 'urn:patchbay:rival'))('GET', '/v1/keys')).toMatchObject(refused);
    expect((await ask('GET', '/v1/issuers')).body.items).toMatchObject([{ tenant: 'acme', audience }]);
  });

  test('is not another’s: neither to see nor to share an audience of', async () => {
    const rival = await owner('rival');
    expect((await rival('GET', '/v1/issuers')).body.items).toEqual([]);
    expect(await rival('PUT', '/v1/issuers', settings())).toMatchObject({
      status: 400,
      body: { issues: [{ path: 'audience' }] },
    });
    expect((await rival('DELETE', '/v1/issuers')).status).toBe(404);
    expect((await rival('POST', '/v1/issuers/sign-out', {})).status).toBe(404);
    const platform = as((await makeKey(admin, { tenant: '_platform', role: 'operator' })).text);
    expect((await platform('GET', '/v1/issuers')).body.items).toMatchObject([{ tenant: 'acme' }]);
  });

  test('gives nobody more than whoever set it holds', async () => {
    const narrow = as((await makeKey(admin, { role: 'owner', scopes: ['keys:write', 'tools:read'] })).text);
    expect(await narrow('PUT', '/v1/issuers', settings())).toMatchObject({
      status: 403,
      body: { code: 'not_permitted', details: { scopes: expect.arrayContaining(['tools:execute']) } },
    });
  });

  test.each([
    ['on a private network', { issuer: 'http://127.0.0.1:9/id' }],
    ['on the machine’s metadata address', { issuer: 'http://169.254.169.254/latest' }],
    ['whose keys are', { jwks_url: 'http://localhost:9/jwks' }],
    ['in a file', { issuer: 'file:///etc/passwd' }],
    ['with credentials', { issuer: 'https://a:b@id.example.com' }],
    ['with a symmetric algorithm', { algorithms: ['HS256'] }],
    ['without a signature', { algorithms: ['none'] }],
    ['with a role that is none', { roles: { x: 'king' } }],
    ['without roles', { roles: {} }],
    ['at an origin that says it is another', { issuer: 'localhost' }],
  ])('%s is refused, and nothing of what is there is told', async (_what, over) => {
    const ask = await owner('rival');
    const answer = await ask('PUT', '/v1/issuers', { ...settings(), audience: 'urn:rival', ...over });
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
    expect(JSON.stringify(answer.body)).not.toMatch(/root:|ECONNREFUSED|ami-id/);
  });

  test('whose discovery document is another’s is refused', async () => {
    const ask = await owner('rival');
    const other = { ...settings(), audience: 'urn:rival', issuer: `${issuer.url}/` };
    expect(await ask('PUT', '/v1/issuers', other)).toMatchObject({
      status: 400,
      body: { issues: [{ path: 'issuer', message: expect.stringContaining('another issuer') }] },
    });
  });

  test('can rotate its keys, and be away', async () => {
    const before = issuer.asked['/jwks'] ?? 0;
    issuer.up = false;
    const token = await issuer.sign({
      iss: issuer.url,
      aud: audience,
      sub: 'ada',
      role: 'agents',
      iat: Math.floor(Date.now() / 1_000),
      exp: Math.floor(Date.now() / 1_000) + 60,
    });
    expect((await as(token)('POST', '/v1/tools/echo/execute', {})).status).toBe(200);
    issuer.up = true;
    await issuer.rotate();
    // Setting it again asks for the keys at once; otherwise the first token with the new key does, within half a minute.
    const ask = await owner();
    expect((await ask('PUT', '/v1/issuers', settings())).body.created).toBe(false);
    expect((await as(await issuer.token('agents', audience))('POST', '/v1/tools/echo/execute', {})).status).toBe(200);
    expect(await as(token)('POST', '/v1/tools/echo/execute', {})).toMatchObject(refused);
    expect((issuer.asked['/jwks'] ?? 0) - before).toBeLessThanOrEqual(2);
  });
});

describe('a session by a token', () => {
  async function streaming(token: string) {
    const answer = await fetch(`${gateway.url}/v1/tools/endless/execute`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, accept: 'text/event-stream', 'content-type': 'application/json' },
      body: '{"deadline_ms":60000}',
    });
    expect(answer.status).toBe(200);
    const reader = (answer.body as ReadableStream<Uint8Array>).getReader();
    await reader.read();
    return async () => {
      let told = '';
      for (let part = await reader.read(); !part.done; part = await reader.read()) told += Buffer.from(part.value);
      return told;
    };
  }
  const claims = () => ({ iss: issuer.url, aud: audience, sub: 'ada', role: 'agents' });
  const signed = (jti: string, over: Record<string, unknown> = {}) => {
    const iat = Math.floor(Date.now() / 1_000);
    return issuer.sign({ ...claims(), jti, iat, exp: iat + 600, ...over });
  };

  test('ends within two seconds of its token’s being signed out, and others go on', async () => {
    const ask = await owner();
    const [one, two] = [await signed('one'), await signed('two')];
    const [rest, other] = [await streaming(one), await streaming(two)];
    const at = performance.now();
    expect((await ask('POST', '/v1/issuers/sign-out', { jti: 'one' })).status).toBe(200);
    expect(await rest()).toMatch(/event: problem\ndata: .*not_authenticated/);
    expect(performance.now() - at).toBeLessThan(2_000);
    expect(await as(one)('POST', '/v1/tools/echo/execute', {})).toMatchObject(refused);
    expect((await as(two)('POST', '/v1/tools/echo/execute', {})).status).toBe(200);
    expect((await ask('POST', '/v1/issuers/sign-out', { subject: 'ada' })).status).toBe(200);
    expect(await other()).toContain('not_authenticated');
  });

  test('ends with its token', async () => {
    const iat = Math.floor(Date.now() / 1_000);
    const rest = await streaming(await signed('short', { iat: iat + 2, exp: iat + 4, sub: 'bob' }));
    expect(await rest()).toContain('not_authenticated');
    expect(Date.now()).toBeGreaterThanOrEqual((iat + 4) * 1_000);
  });

  test('ends with its issuer, and is told of in the audit log', async () => {
    const ask = await owner();
    const token = await signed('last', { sub: 'eve', role: 'boss' });
    const rest = await streaming(token);
    expect((await as(token)('POST', '/v1/keys', { name: 'made by a person', role: 'agent' })).status).toBe(201);
    expect((await ask('DELETE', '/v1/issuers')).status).toBe(200);
    expect(await rest()).toContain('not_authenticated');
    expect(await as(token)('POST', '/v1/tools/echo/execute', {})).toMatchObject(refused);
    await vi.waitFor(() => {
      expect(events.map(({ data }) => data.actor)).toContainEqual({ kind: 'user', id: 'eve' });
      const types = events.map(({ type }) => type);
      for (const act of ['issuer_set', 'signed_out', 'issuer_removed'])
        expect(types).toContain(`dev.patchbay.gateway.${act}`);
    });
    for (const place of [gateway.log(), JSON.stringify(events)]) expect(place.includes(token.slice(0, 60))).toBe(false);
  });
});
