import { request } from 'node:http';
import { connect } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { bearer, chatDocument, graphDocument, key } from './documents.fixture.ts';
import { call, json } from './http-client.fixture.ts';
import { type Behaviour, type Sandbox, startSandbox } from './index.ts';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ documents: [chatDocument, graphDocument] });
});
afterEach(() => sandbox.reset());
afterAll(() => sandbox.close());

const me = { host: 'chat.example', path: '/api/users/me', headers: bearer };
const user = { host: 'chat.example', path: '/api/users/U1', headers: bearer };
const post = json(
  'POST',
  'chat.example',
  '/api/chat.postMessage',
  { channel: 'C1', text: 'hi', unfurl: true, schedule: { kind: 'plain' }, client_msg_id: key },
  bearer,
);
const always = (behaviour: Behaviour) => sandbox.behave({ do: behaviour });

/** Everything until the connection ends, whichever way it ends. */
function bytesOf(
  of = me,
): Promise<{ status: number; bytes: Buffer; declared: string | undefined; ended: 'whole' | 'cut' }> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      { host: '127.0.0.1', port: sandbox.port, path: of.path, headers: { host: of.host, ...of.headers }, agent: false },
      (response) => {
        const chunks: Buffer[] = [];
        const done = () =>
          resolve({
            status: response.statusCode ?? 0,
            bytes: Buffer.concat(chunks),
            declared: response.headers['content-length'],
            ended: response.complete ? 'whole' : 'cut',
          });
        response.on('data', (chunk: Buffer) => {
          chunks.push(chunk);
          if (chunks.length === 200) response.destroy();
        });
        response.on('error', () => undefined);
        response.on('close', done);
      },
    );
    outgoing.on('error', reject);
    outgoing.end();
  });
}

describe('rules', () => {
  test('apply to the named tool alone, after some requests, so many times, until removed', async () => {
    const remove = sandbox.behave({ tool: 'chat_me', after: 1, times: 2, do: { kind: 'status', status: 503 } });
    const statuses = [];
    for (let i = 0; i < 4; i++) statuses.push((await call(sandbox, me)).status);
    expect(statuses).toEqual([200, 503, 503, 200]);
    sandbox.behave({
      integration: 'chat',
      do: { kind: 'status', status: 500, body: 'plain', headers: { 'x-a': 'b' } },
    });
    expect(await call(sandbox, user)).toMatchObject({ status: 500, text: 'plain', headers: { 'x-a': 'b' } });
    remove();
    sandbox.reset();
    expect((await call(sandbox, user)).status).toBe(200);
  });

  test('may ask for argument values and for a step', async () => {
    sandbox.behave({ when: { user_id: 'U2' }, do: { kind: 'status', status: 404, body: { error: 'gone' } } });
    sandbox.behave({ step: 'ticket', do: { kind: 'status', status: 418 } });
    expect((await call(sandbox, user)).status).toBe(200);
    expect(await call(sandbox, { ...user, path: '/api/users/U2' })).toMatchObject({
      status: 404,
      json: { error: 'gone' },
    });
    expect((await call(sandbox, { ...me, path: '/api/files.getUploadURL?filename=a&length=1' })).status).toBe(418);
  });

  test('apply to right requests only: a wrong one is refused as ever', async () => {
    always({ kind: 'status', status: 200, body: {} });
    expect((await call(sandbox, { ...me, headers: {} })).status).toBe(401);
  });

  test('delays add up and lead on to the next rule', async () => {
    always({ kind: 'delay', ms: 20, jitterMs: 5 });
    always({ kind: 'delay', ms: 20 });
    always({ kind: 'status', status: 502 });
    const start = performance.now();
    expect((await call(sandbox, me)).status).toBe(502);
    expect(performance.now() - start).toBeGreaterThanOrEqual(35);
    expect(sandbox.requests()[0]?.behaviours).toEqual(['delay', 'delay', 'status']);
  });
});

describe('failures', () => {
  test.each([['1'], ['Wed, 21 Oct 2065 07:28:00 GMT'], ['soon'], [undefined]])(
    'rate_limit answers 429 with Retry-After %s',
    async (retryAfter) => {
      always({ kind: 'rate_limit', ...(retryAfter === undefined ? {} : { retryAfter }) });
      const reply = await call(sandbox, post);
      expect(reply.status).toBe(429);
      expect(reply.headers['retry-after']).toBe(retryAfter);
      expect(sandbox.effects()).toEqual([]);
    },
  );

  test('a drop before the response comes after the effect', async () => {
    always({ kind: 'drop', at: 'before_response' });
    await expect(call(sandbox, post)).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(sandbox.effects()).toHaveLength(1);
  });

  test('a drop at connect comes before the body is read, for a tool or for every connection', async () => {
    sandbox.behave({ tool: 'chat_post_message', do: { kind: 'drop', at: 'connect' } });
    await expect(call(sandbox, post)).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect((await call(sandbox, me)).status).toBe(200);
    sandbox.behave({ times: 1, do: { kind: 'drop', at: 'connect' } });
    await expect(call(sandbox, me)).rejects.toMatchObject({ code: expect.stringMatching(/ECONNRESET|EPIPE/) });
    expect((await call(sandbox, me)).status).toBe(200);
    expect(sandbox.effects()).toEqual([]);
  });

  test('a drop within the body cuts it in half', async () => {
    always({ kind: 'drop', at: 'mid_body' });
    expect(await bytesOf()).toMatchObject({ status: 200, declared: '11', bytes: Buffer.from('{"id"'), ended: 'cut' });
  });

  test('a rule can say whether the effect happens', async () => {
    sandbox.behave({ effect: false, do: { kind: 'drop', at: 'before_response' } });
    await expect(call(sandbox, post)).rejects.toThrow();
    expect(sandbox.effects()).toEqual([]);
    sandbox.reset();
    sandbox.behave({ effect: true, do: { kind: 'status', status: 500 } });
    expect((await call(sandbox, post)).status).toBe(500);
    expect(sandbox.effects()).toHaveLength(1);
  });

  test('a hanging request has had its effect and is let go by reset', async () => {
    always({ kind: 'hang' });
    const hanging = call(sandbox, post);
    const ending = expect(hanging).rejects.toMatchObject({ code: 'ECONNRESET' });
    await vi.waitFor(() => expect(sandbox.effects()).toHaveLength(1));
    sandbox.reset();
    await ending;
  });

  test('a delayed request is let go by reset', async () => {
    always({ kind: 'delay', ms: 600_000 });
    const ending = expect(call(sandbox, me)).rejects.toThrow();
    await vi.waitFor(() => expect(sandbox.counts().requests).toBe(1));
    sandbox.reset();
    await ending;
  });

  test('a delayed write happens although the caller goes away', async () => {
    always({ kind: 'delay', ms: 30 });
    const outgoing = request({
      host: '127.0.0.1',
      port: sandbox.port,
      method: 'POST',
      path: post.path,
      headers: { host: post.host, ...(post.headers as Record<string, string>) },
    });
    outgoing.on('error', () => undefined);
    outgoing.end(post.body);
    await vi.waitFor(() => expect(sandbox.effects()).toHaveLength(1));
    outgoing.destroy();
    expect((await call(sandbox, post)).status).toBe(200);
    expect(sandbox.effects()).toHaveLength(1);
  });

  test('a body that never ends is recorded as aborted, one too large is refused', async () => {
    const socket = connect(sandbox.port, '127.0.0.1');
    socket.write('POST /api/chat.postMessage HTTP/1.1\r\nHost: chat.example\r\nContent-Length: 100\r\n\r\nabc');
    await new Promise((resolve) => setImmediate(resolve));
    socket.end();
    await vi.waitFor(() => expect(sandbox.requests()).toMatchObject([{ verdict: 'aborted', status: 0 }]));
    expect((await call(sandbox, { ...post, body: Buffer.alloc(33 * 1024 * 1024) })).status).toBe(413);
  });
});

describe('slow and streamed answers', () => {
  test('drip sends the right answer slowly', async () => {
    always({ kind: 'drip', bytesPerSecond: 100 });
    const start = performance.now();
    expect((await call(sandbox, me)).json).toEqual({ id: 'me' });
    expect(performance.now() - start).toBeGreaterThanOrEqual(90);
  });

  test('drip is let go by reset, however slow', async () => {
    always({ kind: 'drip', bytesPerSecond: 0.01 });
    const ending = bytesOf();
    await vi.waitFor(() => expect(sandbox.counts().requests).toBe(1));
    sandbox.reset();
    expect((await ending).ended).toBe('cut');
  });

  test('stream sends chunks and ends in order', async () => {
    always({ kind: 'stream', chunks: ['data: 1\n\n', 'data: 2\n\n'], everyMs: 1 });
    expect(await call(sandbox, me)).toMatchObject({
      status: 200,
      text: 'data: 1\n\ndata: 2\n\n',
      headers: { 'content-type': 'text/event-stream' },
    });
  });

  test('stream may end without its end, or stay open until a reset', async () => {
    always({ kind: 'stream', chunks: ['a'], contentType: 'text/plain', end: 'cut' });
    expect(await bytesOf()).toMatchObject({ bytes: Buffer.from('a'), ended: 'cut' });
    sandbox.reset();
    for (const rule of [
      { kind: 'stream', chunks: ['a'], end: 'open' },
      { kind: 'stream', chunks: ['a', 'b'], everyMs: 600_000 },
    ] as const) {
      always(rule);
      const ending = bytesOf();
      await vi.waitFor(() => expect(sandbox.counts().requests).toBe(1));
      sandbox.reset();
      expect((await ending).ended).toBe('cut');
    }
  });

  test('an example that is a list is served as events or lines where the tool streams', async () => {
    expect(await call(sandbox, { host: 'graph.example', path: '/feed?key=k' })).toMatchObject({
      text: 'data: {"n":1}\n\ndata: two\n\n',
      headers: { 'content-type': 'text/event-stream' },
    });
    expect(await call(sandbox, { host: 'graph.example', path: '/lines?key=k' })).toMatchObject({
      text: '{"n":1}\n{"n":2}\n',
    });
  });
});

describe('lies', () => {
  test('html', async () => {
    always({ kind: 'lie', as: 'html' });
    expect(await call(sandbox, me)).toMatchObject({
      status: 200,
      headers: { 'content-type': 'text/html; charset=utf-8' },
      json: null,
    });
  });

  test('broken_json is cut JSON under a JSON type', async () => {
    always({ kind: 'lie', as: 'broken_json' });
    expect(await call(sandbox, me)).toMatchObject({
      status: 200,
      headers: { 'content-type': 'application/json; charset=utf-8' },
      json: null,
    });
  });

  test('wrong_charset says UTF-8 and is not', async () => {
    always({ kind: 'lie', as: 'wrong_charset' });
    const { bytes } = await bytesOf();
    expect(() => new TextDecoder('utf-8', { fatal: true }).decode(bytes)).toThrow();
  });

  test('bomb is small on the wire and large unpacked', async () => {
    always({ kind: 'lie', as: 'bomb' });
    const { bytes, ended } = await bytesOf();
    expect(ended).toBe('whole');
    expect(bytes.length).toBeLessThan(200_000);
    expect(gunzipSync(bytes).length).toBeGreaterThan(64 * 1024 * 1024);
  });

  test('huge goes on until the reader stops', async () => {
    always({ kind: 'lie', as: 'huge' });
    const { bytes, declared, ended } = await bytesOf();
    expect([declared, ended]).toEqual([undefined, 'cut']);
    expect(bytes.length).toBeGreaterThan(100_000);
  });

  test('content_length declares more than it sends', async () => {
    always({ kind: 'lie', as: 'content_length' });
    expect(await bytesOf()).toMatchObject({ declared: '111', bytes: Buffer.from('{"id":"me"}'), ended: 'cut' });
  });
});
