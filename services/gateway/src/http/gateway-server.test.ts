import { once } from 'node:events';
import { connect } from 'node:net';
import websocket from '@fastify/websocket';
import { errorBody, PatchbayError } from '@patchbay/contracts';
import { type Principal, scopesOf } from '@patchbay/identity';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { type DoorServer, doorServer } from './door-server.test-support.ts';
import { FailedResult } from './failed-result.ts';
import type { AnsweredRequest, GatewayServerOptions } from './gateway-server.ts';
import { route } from './http-route.ts';
import { Problem } from './problem.ts';

const owner: Principal = {
  kind: 'key',
  id: 'owner',
  tenant: 'acme',
  role: 'owner',
  scopes: new Set(scopesOf('owner', 'acme')),
  agent: null,
  session: null,
};
const about = { tag: 'tools', of: 'tenant', scope: 'tools:read', summary: 'x', response: z.unknown() } as const;
const table = [
  route({
    ...about,
    method: 'GET',
    path: '/v1/things',
    operationId: 'things',
    query: z.strictObject({
      limit: z.int().max(10).optional(),
      deep: z.boolean().optional(),
      tags: z.array(z.string()).optional(),
    }),
    etag: true,
    handler: async ({ query }) => query,
  }),
  route({
    ...about,
    method: 'POST',
    path: '/v1/things',
    operationId: 'addThing',
    body: z.strictObject({ name: z.string() }),
    idempotent: true,
    handler: async ({ body, idempotencyKey, traceparent }) => ({ body, idempotencyKey, traceparent }),
  }),
  route({
    ...about,
    method: 'POST',
    path: '/v1/fail/{how}',
    operationId: 'fail',
    params: z.object({ how: z.string() }),
    handler: async ({ params: { how } }) => {
      if (how === 'result') throw new FailedResult(errorBody('outcome_unknown'), { execution_id: 'exe_1' });
      if (how === 'limit')
        throw new PatchbayError('circuit_open', {
          retryAfterMs: 1_200,
          details: { host: 'x', issues: [{ path: 'a', message: 'b' }] },
        });
      throw new Error('a secret of the machine');
    },
  }),
];

let server: DoorServer | null = null;
afterEach(async () => {
  await server?.close();
  server = null;
});

async function serve(over: Partial<GatewayServerOptions> = {}) {
  server = await doorServer(table, [owner], over);
  const { app } = server;
  return async (
    method: 'GET' | 'POST' | 'OPTIONS',
    url: string,
    body?: string,
    headers: Record<string, string> = {},
  ) => {
    const answer = await app.inject({
      method,
      url,
      headers: {
        authorization: 'Bearer owner',
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { payload: body }),
    });
    // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects in the document
    const document: any =
      answer.body !== '' && answer.headers['content-type']?.toString().includes('json') ? answer.json() : answer.body;
    return { status: answer.statusCode, headers: answer.headers, body: document };
  };
}

describe('input', () => {
  test('of a query is what its words mean', async () => {
    const ask = await serve();
    expect((await ask('GET', '/v1/things?limit=5&deep=true&tags=a')).body).toEqual({
      limit: 5,
      deep: true,
      tags: ['a'],
    });
    for (const query of [
      'limit=five',
      'limit=5.5',
      'limit=11',
      'limit=1&limit=2',
      'deep=yes',
      'other=1',
      '__proto__=1',
    ])
      expect([query, (await ask('GET', `/v1/things?${query}`)).status]).toEqual([query, 400]);
  });

  test.each([
    ['{', 400],
    ['', 400],
    ['[]', 400],
    ['null', 400],
    ['{"name":1}', 400],
    ['{"name":"a","more":1}', 400],
    ['{"name":"a","__proto__":{"x":1}}', 400],
    ['{"name":"a","constructor":{"prototype":{}}}', 400],
    [`{"name":"${'a'.repeat(5_000)}"}`, 413],
    ['{"name":"a"}', 200],
  ])('%.60s is answered with %i', async (body, status) => {
    const ask = await serve();
    const answer = await ask('POST', '/v1/things', body);
    expect(answer.status).toBe(status);
    if (status !== 200) expect(Problem.parse(answer.body)).toMatchObject({ status, code: 'invalid_request' });
  });

  test('of another type is refused, and names each place that is wrong', async () => {
    const ask = await serve();
    expect((await ask('POST', '/v1/things', 'name=a', { 'content-type': 'text/plain' })).status).toBe(415);
    const { body } = await ask('POST', '/v1/things', '{"name":1}');
    expect(body.issues).toEqual([{ path: 'name', message: expect.any(String) }]);
  });

  test('may bring an idempotency key, where the route takes one', async () => {
    const ask = await serve();
    const put = (key: string) => ask('POST', '/v1/things', '{"name":"a"}', { 'idempotency-key': key });
    expect((await put('call-1')).body.idempotencyKey).toBe('call-1');
    expect((await put('x'.repeat(191))).status).toBe(400);
  });
});

describe('an answer', () => {
  test('says who it was, keeps the trace, and lets no page of elsewhere do anything', async () => {
    const ask = await serve();
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    const { headers, body } = await ask('POST', '/v1/things', '{"name":"a"}', { traceparent });
    expect(headers['x-request-id']).toMatch(/^rid_/);
    expect(headers.traceparent).toMatch(/^00-4bf92f3577b34da6a3ce929d0e0e4736-(?!00f067aa0ba902b7)/);
    expect(body.traceparent).toBe(headers.traceparent);
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'content-security-policy': expect.stringContaining("default-src 'none'"),
      'ratelimit-policy': '"key";q=10;w=1',
      ratelimit: '"key";r=9;t=1',
    });
    expect(headers['access-control-allow-origin']).toBeUndefined();
    expect(headers['set-cookie']).toBeUndefined();
    expect(headers.server ?? headers['x-powered-by']).toBeUndefined();
  });

  test('is not sent to who has it', async () => {
    const ask = await serve();
    const { headers } = await ask('GET', '/v1/things?limit=1');
    const etag = headers.etag as string;
    for (const given of [etag, `W/${etag}`, `"other", ${etag}`, '*'])
      expect(await ask('GET', '/v1/things?limit=1', undefined, { 'if-none-match': given })).toMatchObject({
        status: 304,
        body: '',
      });
    expect((await ask('GET', '/v1/things?limit=2', undefined, { 'if-none-match': etag })).status).toBe(200);
  });

  test('is for the pages of configured origins only', async () => {
    const ask = await serve({ corsOrigins: ['https://console.example.com'] });
    const from = (origin: string) => ask('OPTIONS', '/v1/things', undefined, { origin });
    expect(await from('https://console.example.com')).toMatchObject({
      status: 204,
      headers: { 'access-control-allow-origin': 'https://console.example.com', vary: 'Origin' },
    });
    expect((await from('https://evil.example.com')).headers['access-control-allow-origin']).toBeUndefined();
  });

  test('is told of without what was in the path', async () => {
    const told: AnsweredRequest[] = [];
    const ask = await serve({ onAnswered: (facts) => told.push(facts) });
    await ask('POST', '/v1/fail/limit?card=4111');
    await vi.waitFor(() => expect(told).toHaveLength(1));
    expect(told[0]).toMatchObject({ method: 'POST', route: 'fail', principal: 'owner', tenant: 'acme' });
    expect(JSON.stringify(told)).not.toMatch(/4111|limit/);
  });
});

describe('a problem', () => {
  test('says all that the catalogue knows, and when to come again', async () => {
    const ask = await serve();
    const { status, headers, body } = await ask('POST', '/v1/fail/limit');
    expect(status).toBe(503);
    expect(headers).toMatchObject({ 'retry-after': '2', 'content-type': 'application/problem+json; charset=utf-8' });
    expect(Problem.parse(body)).toEqual({
      type: 'urn:patchbay:error:circuit_open',
      title: 'Service Unavailable',
      status: 503,
      detail: expect.any(String),
      instance: headers['x-request-id'],
      code: 'circuit_open',
      speakable: "That service isn't responding right now.",
      retryable: true,
      retry_after_ms: 1_200,
      issues: [{ path: 'a', message: 'b' }],
      details: { host: 'x' },
    });
  });

  test('of an execution carries its result', async () => {
    const ask = await serve();
    expect(await ask('POST', '/v1/fail/result')).toMatchObject({
      status: 504,
      body: { code: 'outcome_unknown', result: { execution_id: 'exe_1' } },
    });
  });

  test('of ours tells nothing of it, but to the log', async () => {
    const failures: unknown[] = [];
    const ask = await serve({ onFailure: (error, id) => failures.push([String(error), id]) });
    const { status, headers, body } = await ask('POST', '/v1/fail/other');
    expect([status, body.code]).toEqual([500, 'internal']);
    expect(JSON.stringify(body)).not.toContain('machine');
    expect(failures).toEqual([['Error: a secret of the machine', headers['x-request-id']]]);
  });

  test('tells that a key asks too much', async () => {
    const ask = await serve({ takeRate: () => ({ allowed: false, remaining: 0, retryAfterMs: 80.2 }) });
    expect(await ask('GET', '/v1/things')).toMatchObject({
      status: 429,
      headers: { 'retry-after': '1', ratelimit: '"key";r=0;t=1' },
      body: { code: 'rate_limited', retry_after_ms: 81 },
    });
  });

  test.each(['/v1', '/v1/things/', '/V1/things', '/v1/things/..%2f', '/v2/things', '/metrics'])(
    'is all that there is at %s',
    async (path) => {
      const ask = await serve();
      expect(await ask('GET', path)).toMatchObject({ status: 404, body: { code: 'not_found' } });
    },
  );
});

test('what needs no key is what the API is, and whether it lives', async () => {
  let ready = true;
  const ask = await serve({ isReady: () => ready });
  const get = (path: string) => ask('GET', path, undefined, { authorization: '' });
  expect(await get('/livez')).toMatchObject({ status: 200, body: 'ok' });
  expect(await get('/readyz')).toMatchObject({ status: 200 });
  ready = false;
  expect(await get('/readyz')).toMatchObject({ status: 503 });
  expect((await get('/openapi.json')).body.openapi).toBe('3.1.0');
  expect((await get('/reference')).headers['content-type']).toContain('text/html');
});

describe('on the socket', () => {
  /** The second part is sent when the first was answered. */
  async function exchange(text: string, then?: string): Promise<string> {
    await serve();
    const url = new URL(await (server as DoorServer).app.listen({ host: '127.0.0.1', port: 0 }));
    const socket = connect(Number(url.port), '127.0.0.1');
    let answer = '';
    socket.on('data', (chunk) => {
      answer += chunk;
    });
    socket.on('error', () => {});
    socket.write(text);
    if (then !== undefined) {
      await once(socket, 'data');
      socket.write(then);
    }
    await once(socket, 'close');
    return answer;
  }

  test.each([
    ['headers that never end', 'GET /v1/things HTTP/1.1\r\nhost: x\r\n', 408],
    ['headers that are too long', `GET /v1/things HTTP/1.1\r\nhost: x\r\nx-long: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
    ['two lengths', 'POST /v1/things HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nxx', 400],
    ['a path that is none', 'GET /v1/fail/% HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n', 400],
    [
      'a path that is too long',
      `POST /v1/fail/${'x'.repeat(300)} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`,
      414,
    ],
    ['no host', 'GET /v1/things HTTP/1.1\r\nconnection: close\r\n\r\n', 400],
    ['an expectation', 'GET /v1/things HTTP/1.1\r\nhost: x\r\nexpect: a-miracle\r\n\r\n', 417],
    [
      'another protocol',
      'GET /v1/things HTTP/1.1\r\nhost: x\r\nconnection: upgrade, close\r\nupgrade: h2c\r\n\r\n',
      401,
    ],
  ])('%s end as a problem', async (_what, text, status) => {
    const answer = await exchange(text);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(answer).toContain('application/problem+json');
  });

  describe('refused by its head', () => {
    const head = (...headers: string[]) =>
      `POST /v1/fail/${'x'.repeat(300)} HTTP/1.1\r\n${['host: x', ...headers].join('\r\n')}\r\n\r\n`;
    const statusesOf = (answer: string) => answer.match(/HTTP\/1\.1 \d+/g)?.map((line) => line.slice(9));

    test.each([
      ['whose body breaks afterwards', head('transfer-encoding: chunked')],
      ['with something behind its end', head('connection: close', 'content-length: 0')],
    ])('a request %s has one answer', async (_what, text) => {
      expect(statusesOf(await exchange(text, 'zz\r\nxx\r\n'))).toEqual(['414']);
    });

    test('a request has its answer, and one behind it that is none has its own', async () => {
      expect(statusesOf(await exchange(head('content-length: 0'), 'zz\r\n\r\n'))).toEqual(['414', '400']);
    });
  });

  test('one that asks for a socket where there is none is answered, and its connection ends', async () => {
    await serve({ doors: [(app) => app.register(websocket)] });
    const { app } = server as DoorServer;
    const url = new URL(await app.listen({ host: '127.0.0.1', port: 0 }));
    const ask = `GET /v1/things HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`;
    for (let i = 0; i < 3; i++) {
      const socket = connect(Number(url.port), '127.0.0.1');
      socket.on('error', () => {});
      socket.resume();
      socket.end(ask);
      await once(socket, 'close');
    }
    const open = () => new Promise((resolve) => app.server.getConnections((_error, count) => resolve(count)));
    await vi.waitFor(async () => expect(await open()).toBe(0));
  });
});
