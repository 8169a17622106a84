import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Egress } from '@patchbay/egress';
import { createEgress } from '@patchbay/egress';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createEngine } from './create-engine.ts';
import type { Engine, ExecuteInput } from './engine-types.ts';
import type { PreparedTool } from './prepare/prepared-tool.ts';
import { toolOf } from './tools.test-support.ts';

interface Seen {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

let server: Server;
let origin: string;
let egress: Egress;
let engine: Engine;
let seen: Seen[];
let respond: (request: Seen, response: ServerResponse) => void;

beforeEach(async () => {
  seen = [];
  respond = (_request, response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{"ok":true}');
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const entry = {
        method: request.method,
        url: request.url,
        headers: request.headers,
        body: Buffer.concat(chunks).toString(),
      };
      seen.push(entry);
      respond(entry, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  egress = createEgress({ trustedOrigins: [origin] });
  engine = createEngine({ egress });
});

afterEach(async () => {
  engine.close();
  server.closeAllConnections();
  await egress.close();
  await new Promise((resolve) => server.close(resolve));
});

type ToolInput = Parameters<typeof toolOf>[0];
const local = (tool: ToolInput, rest: Parameters<typeof toolOf>[1] = {}): PreparedTool =>
  toolOf(tool, { base_url: `${origin}/api`, ...rest });

const execute = (prepared: PreparedTool, input: Partial<ExecuteInput> = {}) =>
  engine.execute({
    prepared,
    tenant: 'acme',
    arguments: {},
    credential: { type: 'bearer', token: 'token-0123456789' },
    variables: {},
    deadlineAt: performance.now() + 5_000,
    idempotencyKey: null,
    ...input,
  });

describe('over real HTTP', () => {
  it('a call arrives with its arguments and its credential, and its answer comes back shaped', async () => {
    const tool = local({ parameters: { channel: {}, text: {} }, response: { pick: ['ok', 'message.ts'] } });
    respond = (_request, response) =>
      response
        .writeHead(200, { 'content-type': 'application/json; charset=utf-8' })
        .end('{"ok":true,"message":{"ts":"1.2","text":"hi"},"extra":1}');
    const outcome = await execute(tool, { arguments: { channel: 'C1', text: 'grüß dich' } });
    expect(outcome).toMatchObject({
      status: 'succeeded',
      output: { ok: true, message: { ts: '1.2' } },
      attempts: 1,
      upstreamStatus: 200,
      truncated: false,
    });
    expect(outcome.upstreamMs).toBeGreaterThan(0);
    expect(seen).toMatchObject([
      {
        method: 'POST',
        url: '/api/things',
        headers: { authorization: 'Bearer token-0123456789', 'content-type': 'application/json' },
        body: '{"channel":"C1","text":"grüß dich"}',
      },
    ]);
  });

  it.each(['x', '%2e%2e', '//evil.com', '\\', '?q', '#f', '@evil.com', 'é/ü'])(
    'the path value %j arrives inside its segment',
    async (id) => {
      const tool = local({ risk: 'read', request: { method: 'GET', path: '/a/{id}/b' }, parameters: { id: {} } });
      expect((await execute(tool, { arguments: { id } })).status).toBe('succeeded');
      const segments = (seen[0]?.url ?? '').split('/');
      expect(segments).toHaveLength(5);
      expect(decodeURIComponent(segments[3] as string)).toBe(id);
    },
  );

  it.each(['../x', '..%2fx', '..'])('the path value %j goes inside its segment or nowhere', async (id) => {
    const tool = local({ risk: 'read', request: { method: 'GET', path: '/a/{id}/b' }, parameters: { id: {} } });
    const outcome = await execute(tool, { arguments: { id } });
    if (outcome.status === 'succeeded')
      expect(decodeURIComponent((seen[0]?.url ?? '').split('/')[3] as string)).toBe(id);
    else expect([outcome.status, seen]).toEqual(['refused', []]);
  });

  it('a failing read is repeated until it succeeds', async () => {
    respond = (_request, response) =>
      response.writeHead(seen.length < 3 ? 503 : 200, { 'content-type': 'application/json' }).end('{"n":1}');
    const tool = local({ risk: 'read', request: { method: 'GET', path: '/x' }, retry: { base_ms: 1 } });
    expect(await execute(tool)).toMatchObject({ status: 'succeeded', attempts: 3 });
  });

  it('a write whose connection breaks before the answer is outcome_unknown, and is made once', async () => {
    respond = (_request, response) => response.socket?.destroy();
    expect(await execute(local({}))).toMatchObject({
      status: 'outcome_unknown',
      attempts: 1,
      error: { code: 'outcome_unknown', retryable: false },
    });
    expect(seen).toHaveLength(1);
  });

  it('a keyed write whose connection breaks is repeated with the same key', async () => {
    respond = (_request, response) =>
      seen.length < 2
        ? response.socket?.destroy()
        : response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    const tool = local({ idempotency: { kind: 'header' }, retry: { base_ms: 1 } });
    expect(await execute(tool, { idempotencyKey: 'toolu_1' })).toMatchObject({ status: 'succeeded', attempts: 2 });
    expect(seen[0]?.headers['idempotency-key']).toBe(seen[1]?.headers['idempotency-key']);
  });

  it('an upstream that is silent ends with the deadline', async () => {
    respond = () => {};
    const read = local({ risk: 'read', request: { method: 'GET', path: '/x' } });
    const outcomes = await Promise.all([
      execute(read, { deadlineAt: performance.now() + 100 }),
      execute(local({}), { deadlineAt: performance.now() + 100 }),
    ]);
    expect(outcomes).toMatchObject([
      { status: 'failed', error: { code: 'deadline_exceeded' } },
      { status: 'outcome_unknown' },
    ]);
  });

  it('cancelling ends a read at the socket, and lets a write finish', async () => {
    const open: ServerResponse[] = [];
    let closed = 0;
    respond = (_request, response) => {
      open.push(response);
      response.on('close', () => {
        if (!response.writableFinished) closed++;
      });
    };
    const controller = new AbortController();
    const read = execute(local({ risk: 'read', request: { method: 'GET', path: '/x' } }), {
      signal: controller.signal,
    });
    const write = execute(local({}), { signal: controller.signal });
    await vi.waitFor(() => expect(open).toHaveLength(2));
    controller.abort();
    expect(await read).toMatchObject({ status: 'cancelled', error: { code: 'cancelled' } });
    await vi.waitFor(() => expect(closed).toBe(1));
    for (const response of open)
      if (!response.destroyed) response.writeHead(201, { 'content-type': 'application/json' }).end('{"id":1}');
    expect(await write).toMatchObject({ status: 'succeeded', output: { id: 1 } });
  });

  it('a host that refuses connections is unreachable, whoever asks', async () => {
    const tool = local({ retry: { max_attempts: 1 } });
    await new Promise((resolve) => server.close(resolve));
    expect(await execute(tool)).toMatchObject({
      status: 'failed',
      attempts: 1,
      error: { code: 'upstream_unreachable', details: { reason: 'connect_refused' } },
    });
  });

  it('a host that egress does not allow is refused without its address', async () => {
    const outcome = await execute(toolOf({}, { base_url: 'https://10.0.0.1/x' }));
    expect(outcome).toMatchObject({
      status: 'refused',
      error: { code: 'egress_denied', details: { reason: 'address_not_public' } },
    });
    expect(JSON.stringify(outcome)).not.toContain('10.0.0.1');
  });

  it('a redirect is followed by a read, and not by a write', async () => {
    respond = (request, response) =>
      request.url === '/api/moved'
        ? response.writeHead(302, { location: '/api/there' }).end()
        : response.writeHead(200, { 'content-type': 'application/json' }).end('{"at":"there"}');
    expect(await execute(local({ risk: 'read', request: { method: 'GET', path: '/moved' } }))).toMatchObject({
      status: 'succeeded',
      output: { at: 'there' },
    });
    expect(await execute(local({ request: { method: 'POST', path: '/moved' } }))).toMatchObject({
      status: 'failed',
      upstreamStatus: 302,
    });
  });

  it('an answer that is too large is cut off', async () => {
    respond = (_request, response) =>
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify('x'.repeat(3_000_000)));
    expect(await execute(local({ risk: 'read', request: { method: 'GET', path: '/x' } }))).toMatchObject({
      status: 'failed',
      error: { code: 'response_too_large' },
    });
  });

  it('a file goes up in three steps, its second call without the credential', async () => {
    respond = (request, response) => {
      if (request.url === '/api/ticket')
        response
          .writeHead(200, { 'content-type': 'application/json' })
          .end(JSON.stringify({ ok: true, url: `${origin}/up/1?sig=x`, id: 'F1' }));
      else if (request.url === '/up/1?sig=x') response.writeHead(200, { 'content-type': 'text/plain' }).end('OK - 5');
      else response.writeHead(200, { 'content-type': 'application/json' }).end('{"ok":true,"files":[{"id":"F1"}]}');
    };
    const tool = local({
      parameters: { file: { type: 'object', required: true } },
      steps: [
        {
          id: 'ticket',
          request: { method: 'POST', path: '/ticket', body: 'form' },
          parameters: { length: { 'x-template': '{file|byte_length}' } },
        },
        {
          id: 'upload',
          url_from: 'steps.ticket.url',
          auth: false,
          request: { method: 'POST', path: '/', body: 'multipart' },
          parameters: { file: {} },
        },
        {
          id: 'done',
          request: { method: 'POST', path: '/done' },
          parameters: { id: { 'x-from': 'steps.ticket.id', 'x-name': 'files[0].id', required: true } },
        },
      ],
      response: { pick: { file: 'files[0].id' } },
    });
    const outcome = await execute(tool, { arguments: { file: { filename: 'n.txt', text: 'hello' } } });
    expect(outcome).toMatchObject({ status: 'succeeded', attempts: 3, output: { file: 'F1' } });
    expect(seen.map(({ url, headers }) => [url, headers.authorization])).toEqual([
      ['/api/ticket', 'Bearer token-0123456789'],
      ['/up/1?sig=x', undefined],
      ['/api/done', 'Bearer token-0123456789'],
    ]);
    expect(seen[0]?.body).toBe('length=5');
    expect(seen[1]?.body).toContain('filename="n.txt"');
    expect(seen[2]?.body).toBe('{"files":[{"id":"F1"}]}');
  });
});
