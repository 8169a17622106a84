import { IntegrationDocument, type IntegrationDocumentInput } from '@patchbay/contracts';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { call } from './http-client.fixture.ts';
import { type Sandbox, startSandbox } from './index.ts';

const tools = {
  ping: {
    title: 'Ping',
    description: 'Pings.',
    risk: 'read',
    request: { method: 'GET', path: '/ping' },
    examples: [{ arguments: {}, response: { status: 200, body: { ok: true } } }],
  },
} satisfies IntegrationDocumentInput['tools'];
const common = { version: '1.0.0', category: 'other', description: 'An API.', tools } as const;

const bearer = IntegrationDocument.parse({
  ...common,
  id: 'direct',
  name: 'Direct',
  base_url: 'https://{org}.api.example/v1',
  variables: { org: { example: 'acme' } },
  auth: {
    type: 'bearer',
    hosts: ['{org}.api.example', 'login.example'],
    exchange: {
      url: 'https://login.example/{org}/token',
      auth: 'basic',
      fields: { grant_type: 'client_credentials', scope: 'https://{org}.api.example/.default' },
      token: 'data.token',
    },
  },
} satisfies IntegrationDocumentInput);

const custom = IntegrationDocument.parse({
  ...common,
  id: 'booked',
  name: 'Booked',
  base_url: 'https://booked.example',
  auth: {
    type: 'custom',
    headers: { 'X-Company': '{company}', Authorization: 'Token {token}' },
    exchange: {
      url: 'https://booked.example/login',
      body: 'json',
      headers: { 'X-Api-Key': '{api_key}' },
      fields: { company: '{company}', password: '{password}' },
    },
  },
} satisfies IntegrationDocumentInput);

const stored = { type: 'basic', username: 'client', password: 'stored-secret-1' } as const;
const fields = { company: 'acme', password: 'stored-secret-2', api_key: 'stored-secret-3' };
const basic = `Basic ${Buffer.from('client:stored-secret-1').toString('base64')}`;
const form = { authorization: basic, 'content-type': 'application/x-www-form-urlencoded' };
const asked = 'grant_type=client_credentials&scope=https%3A%2F%2Facme.api.example%2F.default';
const good = { method: 'POST', host: 'login.example', path: '/acme/token', headers: form, body: asked };
const login = {
  method: 'POST',
  host: 'booked.example',
  path: '/login',
  headers: { 'x-api-key': fields.api_key, 'content-type': 'application/json' },
  body: JSON.stringify({ company: 'acme', password: fields.password }),
};

let sandbox: Sandbox;
let exact: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ documents: [bearer, custom] });
  exact = await startSandbox({
    documents: [bearer, custom],
    credentials: { direct: stored, booked: { type: 'custom', fields } },
  });
});
afterEach(() => {
  for (const one of [sandbox, exact]) {
    expect(JSON.stringify(one.requests())).not.toMatch(/stored-secret|sandbox-token-/);
    one.reset();
  }
});
afterAll(async () => {
  await sandbox.close();
  await exact.close();
});

const ping = (where: Sandbox, token: string) =>
  call(where, { host: 'acme.api.example', path: '/v1/ping', headers: { authorization: `Bearer ${token}` } });

describe('a token exchange', () => {
  test('answers with a token where the document looks for it, and that token is good', async () => {
    const reply = await call(sandbox, good);
    expect(reply).toMatchObject({ status: 200, json: { expires_in: 3600, data: { token: expect.any(String) } } });
    expect(sandbox.requests()).toMatchObject([{ integration: 'direct', tool: null, verdict: 'accepted', status: 200 }]);
    sandbox.reset();
    expect((await ping(sandbox, reply.json.data.token)).status).toBe(200);
  });

  test('is the only way to a token: another is refused, as is one of another integration', async () => {
    expect((await ping(sandbox, 'made-up-token-1')).status).toBe(401);
    const other = (await call(sandbox, login)).json.access_token;
    expect((await ping(sandbox, other)).status).toBe(401);
  });

  test('gives a token that a template shows beside other fields of the credential', async () => {
    const token = (await call(exact, login)).json.access_token;
    const show = (company: string, value: string) =>
      call(exact, {
        host: 'booked.example',
        path: '/ping',
        headers: { 'x-company': company, authorization: `Token ${value}` },
      });
    expect((await show('acme', token)).status).toBe(200);
    expect((await show('rival', token)).status).toBe(401);
    expect((await show('acme', `${token}x`)).status).toBe(401);
  });

  test.each([
    ['another method', { ...good, method: 'PUT' }, 405],
    ['no proof of the client', { ...good, headers: { ...form, authorization: [] } }, 401],
    ['a proof of another kind', { ...good, headers: { ...form, authorization: 'Bearer stored-secret-1' } }, 401],
    ['another kind of body', { ...good, headers: { ...form, 'content-type': 'application/json' }, body: '{}' }, 415],
    ['a field less', { ...good, body: 'grant_type=client_credentials' }, 422],
    ['a field more', { ...good, body: `${asked}&audience=x` }, 422],
    ['a field twice', { ...good, body: `${asked}&grant_type=client_credentials` }, 422],
    ['another fixed value', { ...good, body: asked.replace('client_credentials', 'password') }, 422],
    ['a query', { ...good, path: '/acme/token?a=b' }, 422],
    ['a secret that nobody asked for', { ...good, headers: { ...form, 'x-api-key': 'stored-secret-9' } }, 422],
    ['a body that is not JSON', { ...login, body: 'company=acme' }, 400],
    ['a header less', { ...login, headers: { 'content-type': 'application/json' } }, 422],
    ['a body where there is a number', { ...login, body: '{"company":1,"password":"x"}' }, 422],
  ])('is refused with %s', async (_what, request, status) => {
    const reply = await call(sandbox, request);
    expect([reply.status, reply.json.error.code]).toEqual([status, 'wrong_token_exchange']);
    expect(sandbox.requests()).toMatchObject([{ verdict: 'refused', status }]);
  });

  test.each([
    [
      'another password',
      { ...good, headers: { ...form, authorization: `Basic ${Buffer.from('client:x').toString('base64')}` } },
    ],
    ['another field', { ...login, body: JSON.stringify({ company: 'acme', password: 'other' }) }],
    ['another key', { ...login, headers: { ...login.headers, 'x-api-key': 'other' } }],
  ])('is refused with %s than the stored credential has', async (_what, request) => {
    expect((await call(exact, request)).status).toBe(401);
  });
});
