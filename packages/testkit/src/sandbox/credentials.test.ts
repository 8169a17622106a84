import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { basic, bearer, billingDocument, chatDocument, documentOf, graphDocument } from './documents.fixture.ts';
import { call } from './http-client.fixture.ts';
import { type Sandbox, startSandbox } from './index.ts';

const customDocument = documentOf({
  id: 'custom',
  name: 'Custom',
  version: '1.0.0',
  category: 'other',
  description: 'Custom auth.',
  base_url: 'https://custom.example',
  auth: { type: 'custom', headers: { 'X-App': 'app {app_id}', 'X-Secret': '{secret}' }, query: { sig: '{signature}' } },
  tools: { ping: { title: 'Ping', description: 'Pings.', risk: 'read', request: { method: 'GET', path: '/ping' } } },
});
const openDocument = documentOf({
  id: 'open',
  name: 'Open',
  version: '1.0.0',
  category: 'other',
  description: 'No auth.',
  base_url: 'https://open.example',
  auth: { type: 'none' },
  tools: { ping: { title: 'Ping', description: 'Pings.', risk: 'read', request: { method: 'GET', path: '/ping' } } },
});
const tokenDocument = documentOf({
  id: 'tok',
  name: 'Tok',
  version: '1.0.0',
  category: 'other',
  description: 'A scheme of its own.',
  base_url: 'https://tok.example',
  auth: { type: 'bearer', scheme: 'Token token=', hosts: ['*.tok.example'] },
  tools: {
    leak: {
      title: 'Leak',
      description: 'Its host is not among the credential hosts.',
      risk: 'read',
      request: { method: 'GET', path: '/ping' },
    },
    ping: {
      title: 'Ping',
      description: 'Pings.',
      risk: 'read',
      request: { method: 'GET', path: '/ping', base_url: 'https://api.tok.example/v2' },
    },
  },
});
const keyDocument = documentOf({
  id: 'keyed',
  name: 'Keyed',
  version: '1.0.0',
  category: 'other',
  description: 'A key in a header.',
  base_url: 'https://keyed.example',
  auth: { type: 'api_key', prefix: 'Key ' },
  tools: { ping: { title: 'Ping', description: 'Pings.', risk: 'read', request: { method: 'GET', path: '/ping' } } },
});
const documents = [
  chatDocument,
  billingDocument,
  graphDocument,
  customDocument,
  openDocument,
  tokenDocument,
  keyDocument,
];
const secret = 'xoxb-1234567890';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ documents });
});
afterEach(() => sandbox.reset());
afterAll(() => sandbox.close());

describe('any well-formed credential', () => {
  const me = (headers: Record<string, string>) =>
    call(sandbox, {
      host: 'chat.example',
      path: '/api/users/me',
      headers: { 'chat-version': '2026-01-01', ...headers },
    });

  test.each([
    ['none', {}, 401],
    ['another scheme', { authorization: `Basic ${secret}` }, 401],
    ['a space in it', { authorization: 'Bearer a b' }, 401],
    ['no value', { authorization: 'Bearer ' }, 401],
    ['the right scheme', { authorization: `Bearer ${secret}` }, 200],
  ])('bearer, %s: %s', async (_, headers, status) => {
    expect((await me(headers as Record<string, string>)).status).toBe(status);
  });

  test.each([
    ['graph.example', '/query?key=abc&q=SELECT%20Id%20FROM%20Contact%20WHERE%20Name%20LIKE%20%27%25', {}, 200],
    ['graph.example', '/query?q=SELECT%20Id%20FROM%20Contact%20WHERE%20Name%20LIKE%20%27%25', {}, 401],
    ['custom.example', '/ping?sig=s', { 'x-app': 'app 7', 'x-secret': 'z' }, 200],
    ['custom.example', '/ping?sig=s', { 'x-app': '7', 'x-secret': 'z' }, 401],
    ['custom.example', '/ping', { 'x-app': 'app 7', 'x-secret': 'z' }, 401],
    ['api.tok.example', '/v2/ping', { authorization: 'Token token=abc' }, 200],
    ['keyed.example', '/ping', { 'x-api-key': 'Key abc' }, 200],
    ['keyed.example', '/ping', { 'x-api-key': 'abc' }, 401],
    ['open.example', '/ping', {}, 200],
  ])('%s%s %o: %s', async (host, path, headers, status) => {
    expect((await call(sandbox, { host, path, headers: headers as Record<string, string> })).status).toBe(status);
    expect(sandbox.violations()).toEqual([]);
  });

  test('basic must be base64', async () => {
    const remove = (authorization: string) =>
      call(sandbox, {
        method: 'DELETE',
        host: 'eu.billing.example',
        path: '/v1/invoices/1',
        headers: { authorization },
      });
    expect((await remove(basic.authorization)).status).toBe(204);
    expect((await remove('Basic not*base64')).status).toBe(401);
  });

  test('only the scheme and a digest are recorded', async () => {
    await me(bearer);
    expect(sandbox.requests()[0]?.credential).toEqual({
      scheme: 'oauth2',
      sha256: expect.stringMatching(/^[0-9a-f]{16}$/),
    });
    expect(JSON.stringify([sandbox.requests(), sandbox.violations()])).not.toContain(secret);
  });
});

describe('violations', () => {
  test.each([
    [
      'a credential on its way to a host of nobody',
      { host: 'evil.example', path: '/x', headers: bearer },
      404,
      'credential_leak',
    ],
    [
      'a query key on its way to a host of nobody',
      { host: 'evil.example', path: '/x?key=abc' },
      404,
      'credential_leak',
    ],
    [
      'a credential at a host outside auth.hosts',
      { host: 'tok.example', path: '/ping', headers: { authorization: 'Token token=abc' } },
      403,
      'credential_leak',
    ],
    [
      'a credential where the step takes none',
      {
        method: 'POST',
        host: 'files.chat.example',
        path: '/up/ABC?sig=1',
        headers: { ...bearer, 'content-type': 'text/plain' },
        body: 'x',
      },
      401,
      'unexpected_credential',
    ],
    [
      'a credential for an integration without auth',
      { host: 'open.example', path: '/ping', headers: { authorization: 'Bearer abc' } },
      401,
      'unexpected_credential',
    ],
    [
      'an Authorization header beside the key',
      { host: 'keyed.example', path: '/ping', headers: { 'x-api-key': 'Key abc', authorization: 'Bearer a' } },
      401,
      'unexpected_credential',
    ],
    [
      'the credential in the path',
      { host: 'chat.example', path: `/api/users/${secret}`, headers: bearer },
      400,
      'credential_outside_scheme',
    ],
    [
      'the credential in the query',
      { host: 'chat.example', path: `/api/users/U1?fields=${secret}`, headers: bearer },
      400,
      'credential_outside_scheme',
    ],
    [
      'a header that looks like a secret',
      { host: 'open.example', path: '/ping', headers: { 'x-vault-token': 'abc' } },
      400,
      'unexpected_secret_header',
    ],
    [
      'a header whose value looks like a secret',
      { host: 'open.example', path: '/ping', headers: { 'x-note': 'eyJhbGciOi.J9' } },
      400,
      'unexpected_secret_header',
    ],
    ['a cookie', { host: 'open.example', path: '/ping', headers: { cookie: 'a=b' } }, 422, 'unexpected_cookie'],
    [
      'two credentials',
      {
        host: 'chat.example',
        path: '/api/users/me',
        headers: ['authorization', 'Bearer a', 'authorization', 'Bearer b'],
      },
      400,
      'repeated_header',
    ],
    ['an absolute target', { host: 'chat.example', path: 'http://evil.example/' }, 400, 'absolute_target'],
    ['a dot segment', { host: 'chat.example', path: '/api/users/%2E%2e' }, 400, 'path_traversal'],
  ])('%s', async (_, request, status, kind) => {
    expect((await call(sandbox, request as Parameters<typeof call>[1])).status).toBe(status);
    expect(sandbox.violations().map((violation) => violation.kind)).toContain(kind);
    expect(sandbox.violations(kind as 'credential_leak')).not.toEqual([]);
    expect(sandbox.counts()).toMatchObject({ accepted: 0, refused: 1 });
    expect(JSON.stringify([sandbox.requests(), sandbox.violations()])).not.toContain(secret);
  });

  test('a credential in the path of a host of nobody is not recorded by value', async () => {
    await call(sandbox, { host: 'evil.example', path: `/x/${secret}`, headers: bearer });
    expect(sandbox.requests()[0]?.path).toBe('/x/[credential]');
    expect(JSON.stringify(sandbox.violations())).not.toContain(secret);
  });

  test('two Host headers are refused', async () => {
    const reply = await call(sandbox, {
      host: 'chat.example',
      path: '/api/users/me',
      headers: ['host', 'evil.example'],
    });
    expect(reply.status).toBe(400);
  });

  test('tracing headers and the own credential at an unknown path of the own host are no violation', async () => {
    await call(sandbox, {
      host: 'chat.example',
      path: '/nope',
      headers: { ...bearer, traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01' },
    });
    expect(sandbox.violations()).toEqual([]);
    expect(sandbox.requests()).toMatchObject([
      { verdict: 'refused', status: 404, traceparent: expect.stringContaining('4bf92f') },
    ]);
  });
});

describe('exact credentials', () => {
  let exact: Sandbox;
  beforeAll(async () => {
    exact = await startSandbox({
      documents,
      credentials: {
        chat: { type: 'oauth2', access_token: 'chat-token', token_type: 'Bearer' },
        billing: { type: 'basic', username: 'sk_test', password: '' },
        graph: { type: 'api_key', api_key: 'graph-key' },
        keyed: { type: 'api_key', api_key: 'keyed-key' },
        tok: { type: 'bearer', token: 'chat-token' },
        custom: { type: 'custom', fields: { app_id: '7', secret: 'z', signature: 's' } },
      },
    });
  });
  afterAll(() => exact.close());

  test.each([
    ['chat.example', '/api/users/me', { authorization: 'Bearer chat-token', 'chat-version': '2026-01-01' }, 200],
    ['chat.example', '/api/users/me', { authorization: 'Bearer other-token', 'chat-version': '2026-01-01' }, 401],
    ['custom.example', '/ping?sig=s', { 'x-app': 'app 7', 'x-secret': 'z' }, 200],
    ['custom.example', '/ping?sig=s', { 'x-app': 'app 8', 'x-secret': 'z' }, 401],
    ['api.tok.example', '/v2/ping', { authorization: 'Token token=chat-token' }, 200],
    ['keyed.example', '/ping', { 'x-api-key': 'Key keyed-key' }, 200],
  ])('%s%s with %o: %s', async (host, path, headers, status) => {
    expect((await call(exact, { host, path, headers: headers as Record<string, string> })).status).toBe(status);
  });

  test("another integration's credential is a violation", async () => {
    exact.reset();
    expect(
      (await call(exact, { host: 'keyed.example', path: '/ping', headers: { 'x-api-key': 'Key graph-key' } })).status,
    ).toBe(401);
    expect(exact.violations()).toMatchObject([{ kind: 'foreign_credential', host: 'keyed.example', path: '/ping' }]);
  });
});
