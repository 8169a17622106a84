import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { noTracing } from '@patchbay/service-kit';
import type { FastifyInstance } from 'fastify';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { HookArrival, HookReply } from '../operations/ports.ts';
import { createHookServer, type HookServerOptions } from './hook-server.ts';

const source = 'src_01JD0000000000000000000000';
let app: FastifyInstance | null = null;
afterEach(async () => {
  await app?.close();
  app = null;
});

interface Served {
  readonly port: number;
  readonly arrivals: HookArrival[];
  readonly tooLarge: [HookArrival, number][];
  readonly shed: () => number;
}

async function serve(over: Partial<HookServerOptions> = {}): Promise<Served> {
  const arrivals: HookArrival[] = [];
  const tooLarge: [HookArrival, number][] = [];
  let shed = 0;
  app = createHookServer({
    receiveHook: async (arrival) => {
      arrivals.push(arrival);
      return { status: 200, headers: { 'x-answer': 'yes' }, body: 'taken' };
    },
    onTooLarge: (arrival, bytes) => tooLarge.push([arrival, bytes]),
    onShed: () => shed++,
    onFailure: (error) => {
      throw error;
    },
    onAnswered: () => {},
    tracing: noTracing,
    isReady: () => true,
    maxBodyBytes: 1_024,
    maxInFlight: 2,
    headersTimeoutMs: 300,
    requestTimeoutMs: 600,
    ...over,
  });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  return { port: Number(new URL(url).port), arrivals, tooLarge, shed: () => shed };
}

/** Writes bytes and gives what comes back until the end of the connection. */
async function exchange(port: number, ...parts: (string | Buffer)[]): Promise<string> {
  const socket = await open(port);
  for (const part of parts) socket.write(part);
  return answerOf(socket);
}

async function open(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  return socket;
}

async function answerOf(socket: Socket): Promise<string> {
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk;
  });
  socket.on('error', () => {});
  await once(socket, 'close');
  return text;
}

const head = (...lines: string[]) =>
  `${[`POST /hooks/${source} HTTP/1.1`, 'host: x', 'connection: close', ...lines].join('\r\n')}\r\n\r\n`;
const statusOf = (answer: string) => Number(answer.split(' ')[1]);

describe('a request', () => {
  test('arrives as it was sent: bytes, header names, their order and repeats, path and query', async () => {
    const { port, arrivals } = await serve();
    const body = Buffer.from([0, 255, 10, 123, 34]);
    const request = [
      `POST /hooks/${source}?a=%2F&b=1&a=2 HTTP/1.1`,
      'Host: x',
      'X-Sig: one',
      'x-sig: two',
      'Content-Type: not a/type; at all',
      'Content-Encoding: gzip',
      `Content-Length: ${body.length}`,
      'Connection: close',
    ].join('\r\n');
    const answer = await exchange(port, `${request}\r\n\r\n`, body);
    expect(answer).toMatch(/^HTTP\/1\.1 200 [\s\S]*x-answer: yes[\s\S]*taken$/);
    expect(arrivals).toHaveLength(1);
    expect(arrivals[0]).toMatchObject({ source, method: 'POST', target: `/hooks/${source}?a=%2F&b=1&a=2` });
    expect(Buffer.from(arrivals[0]?.body ?? [])).toEqual(body);
    expect(arrivals[0]?.headers.filter(([name]) => /sig|type/i.test(name))).toEqual([
      ['X-Sig', 'one'],
      ['x-sig', 'two'],
      ['Content-Type', 'not a/type; at all'],
    ]);
  });

  test.each([
    ['without a type', head('content-length: 2'), 'hi'],
    ['in chunks', head('transfer-encoding: chunked'), '1\r\nh\r\n1\r\ni\r\n0\r\n\r\n'],
    ['as JSON that is none', head('content-type: application/json', 'content-length: 2'), 'hi'],
    ['as a form', head('content-type: application/x-www-form-urlencoded', 'content-length: 2'), 'hi'],
  ])('is taken %s', async (_what, start, body) => {
    const { port, arrivals } = await serve();
    expect(statusOf(await exchange(port, start, body))).toBe(200);
    expect(Buffer.from(arrivals[0]?.body ?? []).toString()).toBe('hi');
  });

  test('without a body, by GET and by HEAD, is one too', async () => {
    const { port, arrivals } = await serve();
    for (const method of ['GET', 'HEAD', 'POST'])
      await exchange(port, `${method} /hooks/${source} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`);
    expect(arrivals.map(({ method, body }) => [method, body.length])).toEqual([
      ['GET', 0],
      ['HEAD', 0],
      ['POST', 0],
    ]);
  });
});

describe('what is too much', () => {
  test.each([
    ['a body that says so', head('content-length: 1025'), '', 1_025],
    ['a body that does not', head('transfer-encoding: chunked'), `401\r\n${'x'.repeat(1_025)}\r\n0\r\n\r\n`, 1_025],
  ])('%s is refused, unread, and told of', async (_what, start, body, bytes) => {
    const { port, arrivals, tooLarge } = await serve();
    expect(statusOf(await exchange(port, start, body))).toBe(413);
    expect(arrivals).toEqual([]);
    expect(tooLarge).toMatchObject([[{ source, method: 'POST' }, bytes]]);
    expect(tooLarge[0]?.[0].body).toHaveLength(0);
  });

  test.each([
    ['too many headers', head(...Array.from({ length: 201 }, (_, at) => `x-${at}: 1`))],
    ['headers too long', head(`x-long: ${'x'.repeat(40_000)}`)],
  ])('%s', async (_what, request) => {
    const { port, arrivals } = await serve();
    const answer = await exchange(port, request);
    expect(statusOf(answer)).toBe(431);
    expect(answer).toContain('"status":431');
    expect(arrivals).toEqual([]);
  });

  test('requests at once: those beyond are told to come again, before their bodies are read', async () => {
    const held = Promise.withResolvers<HookReply>();
    const { port, shed } = await serve({ receiveHook: () => held.promise, requestTimeoutMs: 20_000 });
    const waiting = [exchange(port, head('content-length: 0')), exchange(port, head('content-length: 0'))];
    await vi.waitFor(async () => {
      const answer = await exchange(port, head('content-length: 1000'));
      expect(statusOf(answer)).toBe(503);
      expect(answer).toMatch(/\r\nretry-after: \d+\r\n/);
    });
    expect(shed()).toBeGreaterThan(0);
    held.resolve({ status: 200, headers: {}, body: '' });
    expect((await Promise.all(waiting)).map(statusOf)).toEqual([200, 200]);
    expect(statusOf(await exchange(port, head('content-length: 0')))).toBe(200);
  });
});

describe('what is too slow or not whole', () => {
  test('headers that drip in end with the connection', async () => {
    const { port, arrivals } = await serve();
    const socket = await open(port);
    const answer = answerOf(socket);
    socket.write(`POST /hooks/${source} HTTP/1.1\r\n`);
    const dripping = setInterval(() => socket.write('x'), 50);
    expect(statusOf(await answer)).toBe(408);
    clearInterval(dripping);
    expect(arrivals).toEqual([]);
  });

  test('a body that drips in ends with the connection', async () => {
    const { port, arrivals } = await serve();
    const socket = await open(port);
    const answer = answerOf(socket);
    socket.write(head('content-length: 1000'));
    const dripping = setInterval(() => socket.write('x'), 50);
    expect(statusOf(await answer)).toBe(408);
    clearInterval(dripping);
    expect(arrivals).toEqual([]);
  });

  test('a body that is cut short is no request, and gives its place back', async () => {
    const { port, arrivals } = await serve({ maxInFlight: 1 });
    for (let time = 0; time < 3; time++) {
      const socket = await open(port);
      socket.write(`${head('content-length: 100')}half`);
      socket.end();
      await answerOf(socket);
    }
    await vi.waitFor(async () => expect(statusOf(await exchange(port, head('content-length: 0')))).toBe(200));
    expect(arrivals.map(({ body }) => body.length)).toEqual([0]);
  });

  test.each([
    ['two lengths', head('content-length: 1', 'content-length: 2'), 'xx'],
    ['a length and chunks', head('content-length: 1', 'transfer-encoding: chunked'), '1\r\nx\r\n0\r\n\r\n'],
    ['a header without a colon', head('nonsense'), ''],
    ['no host', `POST /hooks/${source} HTTP/1.1\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`, ''],
  ])('%s is no request', async (_what, start, body) => {
    const { port, arrivals } = await serve();
    expect(statusOf(await exchange(port, start, body))).toBe(400);
    expect(arrivals).toEqual([]);
  });
});

test('nothing else is there but what load balancers ask', async () => {
  let ready = true;
  const { port, arrivals } = await serve({ isReady: () => ready });
  const get = async (path: string, method = 'GET') => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, { method });
    return [answer.status, answer.headers.get('cache-control'), answer.headers.get('server')];
  };
  expect(await get('/livez')).toEqual([200, 'no-store', null]);
  expect(await get('/readyz')).toEqual([200, 'no-store', null]);
  ready = false;
  expect(await get('/readyz')).toEqual([503, 'no-store', null]);
  for (const [path, method] of [
    ['/', 'GET'],
    ['/hooks', 'POST'],
    [`/hooks/${source}/more`, 'POST'],
    [`/Hooks/${source}`, 'POST'],
    [`/hooks/${source}`, 'PUT'],
    [`/hooks/${source}`, 'DELETE'],
    ['/metrics', 'GET'],
  ] as const)
    expect([path, method, (await get(path, method))[0]]).toEqual([path, method, 404]);
  expect(arrivals).toEqual([]);
});
