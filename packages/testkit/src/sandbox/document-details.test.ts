import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { documentOf, key } from './documents.fixture.ts';
import { type Call, call, json } from './http-client.fixture.ts';
import { type Sandbox, startSandbox } from './index.ts';

const tool = (method: 'GET' | 'HEAD' | 'POST' | 'PATCH', path: string, more: object = {}) => ({
  title: 'T',
  description: 'A tool.',
  risk: 'read' as const,
  request: { method, path },
  ...more,
});

const document = documentOf({
  id: 'd',
  name: 'D',
  version: '1.0.0',
  category: 'other',
  description: 'Details of the format.',
  base_url: 'http://*.d.example:8080/{account}'.replace('*.', ''),
  auth: { type: 'none' },
  variables: { account: { pattern: '^(a|b)$' }, version: { example: '2' } },
  headers: { 'X-Version': 'v{version}', Accept: 'application/vnd.d+json' },
  tools: {
    list: tool('GET', '/people', {
      parameters: { limit: { type: 'integer' } },
      examples: [{ arguments: { limit: 5 }, response: { status: 200, body: ['list'] } }],
    }),
    search: tool('GET', '/people', {
      parameters: { limit: { type: 'integer' }, q: { type: 'string' } },
      examples: [
        { arguments: { q: 'ann' }, response: { status: 200, body: ['search'] } },
        { arguments: { q: 'bob', limit: 1 }, response: { status: 200, body: ['bob'] } },
      ],
    }),
    exists: tool('HEAD', '/people/{ids}', {
      parameters: {
        ids: { type: 'array', items: { type: 'integer' } },
        tags: { type: 'array', items: { type: 'string' }, 'x-in': 'header', 'x-name': 'X-Tags' },
      },
      examples: [{ arguments: { ids: [1] }, response: { status: 200, body: { no: 'body' } } }],
    }),
    tail: tool('GET', '/tail', {
      response: { stream: 'chunked' },
      examples: [{ arguments: {}, response: { status: 200, body: 'abc' } }],
    }),
    word: tool('GET', '/word', {
      examples: [{ arguments: {}, response: { status: 200, body: 'abc', headers: { 'Content-Length': '99' } } }],
    }),
    silent: tool('GET', '/silent', { examples: [{ arguments: {} }] }),
    move: tool('PATCH', '/event', {
      risk: 'write',
      idempotency: { kind: 'field', name: 'meta.request_id' },
      parameters: {
        start: { type: 'string' },
        zone: { 'x-const': 'UTC', 'x-when': 'start' },
        end: { type: 'string', 'x-in': 'none' },
        end_zone: { 'x-const': 'UTC', 'x-when': 'end' },
      },
      examples: [{ arguments: { start: 's' }, response: { status: 200, body: [{ deep: { id: 'x' } }] } }],
    }),
    charge: {
      ...tool('POST', '/charge', {
        risk: 'write',
        idempotency: { kind: 'field', name: 'ref' },
        parameters: { n: { type: 'integer' } },
      }),
      request: { method: 'POST', path: '/charge', body: 'form' },
    },
    parts: {
      ...tool('POST', '/parts', {
        risk: 'write',
        idempotency: { kind: 'field', name: 'ref' },
        parameters: { n: { type: 'integer' } },
      }),
      request: { method: 'POST', path: '/parts', body: 'multipart' },
    },
    raw: {
      ...tool('POST', '/raw', {
        risk: 'write',
        idempotency: { kind: 'field', name: 'ref' },
        parameters: { t: { type: 'string', 'x-in': 'body_root' } },
      }),
      request: { method: 'POST', path: '/raw', body: 'raw' },
    },
    whole: tool('POST', '/whole', {
      parameters: { items: { type: 'array', items: { type: 'integer' }, 'x-in': 'body_root', required: true } },
    }),
    text: {
      ...tool('POST', '/text', {
        parameters: { t: { 'x-template': '{{"a":{x}', 'x-in': 'body_root' }, x: { type: 'integer', 'x-in': 'none' } },
      }),
      request: { method: 'POST', path: '/text', body: 'raw' },
    },
    number: tool('GET', '/number', {
      parameters: {
        n: { type: 'integer', 'x-template': '{x|byte_length}' },
        p: { 'x-template': '#{x}' },
        x: { 'x-in': 'none' },
      },
    }),
  },
});

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ documents: [document], uniqueIds: true });
});
afterEach(() => sandbox.reset());
afterAll(() => sandbox.close());

const common = { 'x-version': 'v2', accept: 'application/vnd.d+json' };
const host = 'd.example:8080';
const get = (path: string, more: Partial<Call> = {}) =>
  call(sandbox, {
    host,
    path: `/a${path}`,
    ...more,
    headers: { ...common, ...more.headers } as Record<string, string>,
  });
const send = (method: string, path: string, body: unknown) =>
  call(sandbox, json(method, host, `/a${path}`, body, common));

describe('one URL, two tools', () => {
  test.each([
    ['?limit=5', 'list'],
    ['?q=ann', 'search'],
    ['?q=bob&limit=1', 'bob'],
    ['', 'list'],
    ['?limit=7', 'list'],
  ])('/people%s is answered as %s', async (query, expected) => {
    expect((await get(`/people${query}`)).json).toEqual([expected]);
  });

  test('a request neither allows is refused with the fewer complaints', async () => {
    const reply = await get('/people?limit=x&q=ann');
    expect(reply.json.error).toMatchObject({
      tool: 'd_search',
      issues: [{ path: 'limit', message: 'must be integer' }],
    });
  });
});

describe('variables and fixed headers', () => {
  test('a variable of the path must match its pattern, and a port belongs to the host', async () => {
    expect((await call(sandbox, { host, path: '/c/word', headers: common })).status).toBe(404);
    expect((await call(sandbox, { host: 'd.example', path: '/a/word', headers: common })).status).toBe(404);
  });

  test.each([
    [{ 'x-version': 'v' }, 'header x-version'],
    [{ 'x-version': '2' }, 'header x-version'],
    [{ accept: 'application/json' }, 'header accept'],
  ])('%j is not what the document fixes', async (headers, path) => {
    expect((await get('/word', { headers })).json.error.issues).toEqual([
      { path, message: 'must have the value the document fixes' },
    ]);
  });

  test('a header that takes a variable may be missing, a fixed one may not', async () => {
    expect((await call(sandbox, { host, path: '/a/word', headers: { accept: 'application/vnd.d+json' } })).status).toBe(
      200,
    );
    expect((await call(sandbox, { host, path: '/a/word', headers: { 'x-version': 'v2' } })).status).toBe(422);
  });
});

describe('answers', () => {
  test('HEAD has no body, and lists in paths and headers are joined by commas', async () => {
    const reply = await get('/people/1,2', { method: 'HEAD', headers: { 'x-tags': 'a, b' } });
    expect(reply).toMatchObject({ status: 200, text: '' });
    expect(sandbox.requests()[0]?.arguments).toEqual({ ids: [1, 2], tags: ['a', 'b'] });
    await get('/people/1', { method: 'HEAD', headers: { 'x-tags': '' } });
    expect(sandbox.requests()[1]?.arguments).toEqual({ ids: [1], tags: [] });
  });

  test('text is text in a stream and JSON otherwise, and its length is our own', async () => {
    expect(await get('/tail')).toMatchObject({ text: 'abc', headers: { 'content-type': 'application/octet-stream' } });
    expect(await get('/word')).toMatchObject({ text: '"abc"', headers: { 'content-length': '5' } });
  });

  test('an example without an answer gives what was understood', async () => {
    expect((await get('/silent')).json).toEqual({ sandbox: true, tool: 'd_silent', arguments: {} });
  });

  test('a defect of the sandbox is a 500 of its own', async () => {
    sandbox.behave({ do: { kind: 'status', status: 42 } });
    expect((await get('/word')).json.error.code).toBe('sandbox_defect');
  });

  test('a document whose base URL is none is refused', () => {
    expect(() => sandbox.addDocument({ ...document, base_url: 'ftp://x' })).toThrow('not an absolute http(s) URL');
    expect(() =>
      sandbox.addDocument({ ...document, tools: { x: { ...document.tools.word, request: undefined } as never } }),
    ).toThrow('neither a request nor steps');
  });
});

describe('hidden parameters', () => {
  const move = (body: object) => send('PATCH', '/event', { ...body, meta: { request_id: key } });

  test('a value that goes with an argument goes with it alone', async () => {
    expect((await move({ start: 's', zone: 'UTC' })).json).toEqual([{ deep: { id: 'x-1' } }]);
    expect((await move({ start: 's' })).json.error.issues).toEqual([
      { path: 'zone', message: "is missing: it goes with 'start'" },
    ]);
    expect((await move({ zone: 'UTC' })).json.error.issues).toEqual([
      { path: 'zone', message: "goes with 'start' alone" },
    ]);
  });

  test('where that argument is not on the wire, both are right', async () => {
    expect((await send('PATCH', '/event', { meta: { request_id: '1'.repeat(32) } })).status).toBe(200);
    expect((await send('PATCH', '/event', { end_zone: 'UTC', meta: { request_id: '2'.repeat(32) } })).status).toBe(200);
  });

  test('literal braces of a template are single on the wire, and a template may make a number', async () => {
    const text = (body: string) => get('/text', { method: 'POST', body });
    expect((await text('{"a":1')).status).toBe(200);
    expect((await text('{{"a":1')).json.error.issues).toEqual([
      { path: 't', message: 'does not begin as its template does' },
    ]);
    expect((await get('/number?n=5&p=%231')).status).toBe(200);
    expect((await get('/number?n=five')).json.error.issues).toEqual([{ path: 'n', message: 'must be integer' }]);
    expect((await get('/number?p[a]=1')).json.error.issues).toEqual([
      { path: 'p', message: 'must be the text of its template' },
    ]);
  });

  test('a whole body may be a list', async () => {
    expect((await send('POST', '/whole', [1, 2])).json.arguments).toEqual({ items: [1, 2] });
    expect((await send('POST', '/whole', ['x'])).json.error.issues).toEqual([
      { path: 'items.0', message: 'must be integer' },
    ]);
  });
});

describe('idempotency keys', () => {
  const form = (body: string) =>
    get('/charge', { method: 'POST', body, headers: { 'content-type': 'application/x-www-form-urlencoded' } });

  test('are found in a form and in a part, and must be there', async () => {
    expect((await form(`n=1&ref=${key}`)).status).toBe(200);
    expect((await form('n=1')).json.error.issues[0].path).toBe('field ref');
    expect((await form('n=%zz')).status).toBe(400);
    const part = `--b\r\nContent-Disposition: form-data; name="ref"\r\n\r\n${key}\r\n--b--\r\n`;
    const parts = { method: 'POST', body: part, headers: { 'content-type': 'multipart/form-data; boundary=b' } };
    expect((await get('/parts', parts)).status).toBe(200);
    expect((await get('/raw', { method: 'POST', body: 'x' })).json.error.issues[0].path).toBe('field ref');
    expect(sandbox.effects()).toMatchObject([
      { tool: 'd_charge', idempotencyKey: key, arguments: { n: 1 } },
      { tool: 'd_parts', idempotencyKey: key },
    ]);
  });

  test('are looked for in nested JSON, broken or not', async () => {
    expect((await send('PATCH', '/event', { meta: {} })).json.error.issues[0].path).toBe('field meta.request_id');
    expect((await call(sandbox, { ...json('PATCH', host, '/a/event', {}, common), body: '{' })).status).toBe(400);
  });
});
