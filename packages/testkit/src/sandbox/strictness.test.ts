import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { basic, bearer, billingDocument, chatDocument, graphDocument, key } from './documents.fixture.ts';
import { call, json } from './http-client.fixture.ts';
import { type Sandbox, startSandbox } from './index.ts';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ documents: [chatDocument, billingDocument, graphDocument] });
});
afterEach(() => sandbox.reset());
afterAll(() => sandbox.close());

const post = (body: unknown, headers: Record<string, string> = {}) =>
  json('POST', 'chat.example', '/api/chat.postMessage', body, { ...bearer, ...headers });
const right = { channel: 'C1', text: 'hi', unfurl: true, schedule: { kind: 'plain' }, client_msg_id: key };

describe('finding the tool', () => {
  test('a right request is answered with its example', async () => {
    const reply = await call(sandbox, post(right));
    expect(reply).toMatchObject({ status: 200, json: { ok: true, message: { id: 'm1' } } });
    expect(sandbox.requests()).toMatchObject([
      {
        tool: 'chat_post_message',
        verdict: 'accepted',
        arguments: { channel: 'C1', text: 'hi', unfurl: true, kind: 'plain' },
        idempotencyKey: key,
      },
    ]);
  });

  test('an unknown host answers 404 and lists the hosts that are known', async () => {
    const reply = await call(sandbox, { host: 'nowhere.example', path: '/' });
    expect(reply).toMatchObject({
      status: 404,
      json: {
        error: {
          code: 'unknown_host',
          expected: { hosts: ['chat.example', 'files.chat.example', 'graph.example', '{region}.billing.example'] },
        },
      },
    });
  });

  test('an unknown path answers 404 and lists the paths of that host', async () => {
    const reply = await call(sandbox, { host: 'graph.example', path: '/nope' });
    expect(reply.json.error).toMatchObject({
      code: 'unknown_path',
      expected: { paths: expect.arrayContaining(['GET /query', 'POST /graphql']) },
    });
  });

  test('a known path under another method answers 405 with Allow', async () => {
    const reply = await call(sandbox, { method: 'PUT', host: 'chat.example', path: '/api/chat.postMessage' });
    expect(reply).toMatchObject({ status: 405, headers: { allow: 'POST' } });
  });

  test('a variable in the host must match its pattern', async () => {
    const invoice = { method: 'DELETE', path: '/v1/invoices/1', headers: basic };
    expect(await call(sandbox, { ...invoice, host: 'eu.billing.example' })).toMatchObject({ status: 204, text: '' });
    expect(await call(sandbox, { ...invoice, host: 'xx.billing.example' })).toMatchObject({ status: 404 });
  });

  test('a default port after the host changes nothing, another port is another host', async () => {
    expect((await call(sandbox, { host: 'CHAT.example:443', path: '/api/users/me', headers: bearer })).status).toBe(
      200,
    );
    expect((await call(sandbox, { host: 'chat.example:8443', path: '/api/users/me' })).status).toBe(404);
  });

  test('an exact path wins over a path with a parameter', async () => {
    await call(sandbox, { host: 'chat.example', path: '/api/users/me', headers: bearer });
    await call(sandbox, { host: 'chat.example', path: '/api/users/a%2Fb', headers: bearer });
    expect(sandbox.requests().map((request) => [request.tool, request.arguments])).toEqual([
      ['chat_me', {}],
      ['chat_get_user', { user_id: 'a/b' }],
    ]);
  });

  test('tools that share one URL are told apart by their fixed values', async () => {
    const found = await call(
      sandbox,
      json('POST', 'graph.example', '/graphql?key=k', {
        query: 'mutation C($n: String) { create(name: $n) { id } }',
        variables: { n: 'a' },
      }),
    );
    expect(found.json).toEqual({ data: { create: { id: 2 } } });
    const neither = await call(
      sandbox,
      json('POST', 'graph.example', '/graphql?key=k', { query: 'query { other }', variables: { n: 'a' } }),
    );
    expect(neither).toMatchObject({
      status: 422,
      json: { error: { issues: [{ path: 'query', message: 'is not its fixed value' }] } },
    });
  });

  test('a document that is no JSON Schema answers 500 and says so', async () => {
    expect(await call(sandbox, { host: 'graph.example', path: '/broken?key=k' })).toMatchObject({
      status: 500,
      json: { error: { code: 'broken_document' } },
    });
  });
});

describe('arguments', () => {
  test.each([
    ['missing', { ...right, channel: undefined }, 'channel', 'is missing'],
    ['unknown', { ...right, colour: 'red' }, 'colour', 'is not a parameter of this call'],
    [
      'unknown and nested',
      { ...right, schedule: { kind: 'plain', x: 1 } },
      'schedule.x',
      'is not a parameter of this call',
    ],
    ['of the wrong type', { ...right, text: 5 }, 'text', 'must be string'],
    ['of the wrong shape', { ...right, text: 'x'.repeat(101) }, 'text', 'must NOT have more than 100 characters'],
    [
      'of the wrong format',
      { ...right, schedule: { kind: 'plain', at: 'soon' } },
      'when',
      'must match format "date-time"',
    ],
    ['without its default', { ...right, unfurl: undefined }, 'unfurl', 'is missing'],
    ['without its fixed value', { ...right, schedule: {} }, 'kind', 'is missing'],
    ['with another fixed value', { ...right, schedule: { kind: 'rich' } }, 'kind', 'is not its fixed value'],
    ['null', { ...right, schedule: null }, 'schedule', 'must be a JSON object'],
    [
      'spread with another member',
      { ...right, attendees: [{ email: 'a', name: 'b' }] },
      'attendees[0].name',
      'is not a parameter of this call',
    ],
    ['spread without its value', { ...right, attendees: [{}] }, 'attendees[0]', 'lacks its value'],
    [
      'without the idempotency key',
      { ...right, client_msg_id: undefined },
      'field client_msg_id',
      'is missing: the upstream takes an idempotency key here',
    ],
    [
      'with an idempotency key of another form',
      { ...right, client_msg_id: 'abc' },
      'field client_msg_id',
      'must be 32 lower-case hexadecimal characters',
    ],
  ])('%s: 422 naming it', async (_, body, path, message) => {
    const reply = await call(sandbox, post(body));
    expect(reply).toMatchObject({ status: 422, json: { error: { tool: 'chat_post_message' } } });
    expect(reply.json.error.issues).toContainEqual({ path, message });
  });

  test('a spread name gathers a list out of objects', async () => {
    await call(sandbox, post({ ...right, attendees: [{ email: 'a@b.c' }, { email: 'd@e.f' }] }));
    await call(sandbox, post({ ...right, attendees: [], client_msg_id: key.replace('a', 'b') }));
    expect(sandbox.requests().map((request) => request.arguments.people)).toEqual([['a@b.c', 'd@e.f'], []]);
  });

  test('a query is decoded by its styles and checked', async () => {
    const get = (query: string) =>
      call(sandbox, {
        host: 'chat.example',
        path: `/api/users/U1${query}`,
        headers: { ...bearer, 'x-request-tag': 'abc' },
      });
    expect((await get('?fields=a,b')).status).toBe(200);
    expect(sandbox.requests()[0]?.arguments).toEqual({ user_id: 'U1', fields: ['a', 'b'], trace: 'abc' });
    expect((await get('?fields=a&fields=b')).json.error.issues).toEqual([
      { path: 'fields', message: "must be one value, its items joined by ','" },
    ]);
    expect((await get('?other=1')).json.error.issues).toEqual([
      { path: 'other', message: 'is not a parameter of this call' },
    ]);
    expect((await get('?fields=%zz')).status).toBe(400);
  });

  test('a template must begin as it is written', async () => {
    const get = (q: string) =>
      call(sandbox, { host: 'graph.example', path: `/query?key=k&q=${encodeURIComponent(q)}` });
    expect((await get("SELECT Id FROM Contact WHERE Name LIKE '%ann%'")).status).toBe(200);
    expect((await get('DELETE')).json.error.issues).toEqual([
      { path: 'q', message: 'does not begin as its template does' },
    ]);
  });

  test('an object spread over the query and a cookie are decoded', async () => {
    const reply = await call(sandbox, {
      host: 'graph.example',
      path: '/session?key=k&a=1&b=true',
      headers: { cookie: 'sid=x%20y' },
    });
    expect(reply.json).toEqual({
      sandbox: true,
      tool: 'graph_session',
      arguments: { sid: 'x y', filter: { a: 1, b: true } },
    });
  });
});

describe('bodies', () => {
  test.each([
    ['another content type', { ...post(right), headers: { ...bearer, 'content-type': 'text/plain' } }, 415],
    ['no content type', { ...post(right), headers: bearer }, 415],
    [
      'another charset',
      { ...post(right), headers: { ...bearer, 'content-type': 'application/json; charset=latin1' } },
      415,
    ],
    ['broken JSON', { ...post(right), body: '{"a":' }, 400],
    ['bytes that are not UTF-8', { ...post(right), body: Uint8Array.of(0x22, 0xe9, 0x22) }, 400],
    ['a JSON list', { ...post(right), body: '[]' }, 400],
    ['JSON text', { ...post(right), body: '"x"' }, 422],
    ['no body', { ...post(right), body: '' }, 422],
    [
      'a body where none belongs',
      { method: 'GET', host: 'chat.example', path: '/api/users/me', headers: bearer, body: 'x' },
      400,
    ],
  ])('%s: refused', async (_, request, status) => {
    expect((await call(sandbox, request)).status).toBe(status);
    expect(sandbox.effects()).toEqual([]);
  });

  const form = (body: string, headers = {}) =>
    call(sandbox, {
      method: 'POST',
      host: 'eu.billing.example',
      path: '/v1/invoices?mode=live',
      headers: { ...basic, 'idempotency-key': key, 'content-type': 'application/x-www-form-urlencoded', ...headers },
      body,
    });

  test('a form is decoded by its styles', async () => {
    const body =
      'customer=c+1&amount=5&draft=true&metadata[k]=v&tags=a&tags=b&expand[]=x&lines[0][price]=1&lines[0][name]=n&lines[1][price]=2&address.city=Oslo&extra=%7B%22a%22%3A1%7D';
    expect((await form(body)).status).toBe(201);
    expect(sandbox.requests()[0]?.arguments).toEqual({
      customer: 'c 1',
      amount: 5,
      draft: true,
      metadata: { k: 'v' },
      tags: ['a', 'b'],
      expand: ['x'],
      lines: [{ price: 1, name: 'n' }, { price: 2 }],
      address: { city: 'Oslo' },
      extra: { a: 1 },
    });
  });

  test.each([
    ['customer=c&amount=five', 'amount', 'must be integer'],
    ['customer=c&amount=5&draft=yes', 'draft', 'must be boolean'],
    ['customer=c&customer=d&amount=5', 'customer', 'is given more than once'],
    ['customer[x]=c&amount=5', 'customer', 'must be a plain value, without brackets'],
    ['customer=c&amount=5&tags[]=a', 'tags', 'must be repeated without brackets'],
    ['customer=c&amount=5&expand=a', 'expand', "needs brackets after its name: 'name[]'"],
    ['customer=c&amount=5&metadata=a', 'metadata', 'is an object but came as plain text'],
    ['customer=c&amount=5&metadata=a&metadata[b]=c', 'metadata', 'is given both plain and with brackets'],
    ['customer=c&amount=5&metadata[b]=c&metadata[b][d]=e', 'metadata.b', 'is given both plain and with brackets'],
    ['customer=c&amount=5&extra=no', 'extra', 'must be JSON text'],
    ['customer=c&amount=5&extra[a]=1', 'extra', 'must be one value of JSON text'],
  ])('form %s is refused', async (body, path, message) => {
    expect((await form(body)).json.error.issues).toContainEqual({ path, message });
  });

  test('a malformed form is 400, fixed query values and the key header are required', async () => {
    expect((await form('customer=%zz&amount=1')).status).toBe(400);
    const missing = await call(sandbox, {
      method: 'POST',
      host: 'eu.billing.example',
      path: '/v1/invoices',
      headers: { ...basic, 'content-type': 'application/x-www-form-urlencoded' },
      body: 'customer=c&amount=5',
    });
    expect(missing.json.error.issues.map((issue: { path: string }) => issue.path)).toEqual([
      'header idempotency-key',
      'query mode',
    ]);
  });

  const multipart = (parts: string[], type = 'multipart/form-data; boundary=bb') =>
    call(sandbox, {
      method: 'POST',
      host: 'us.billing.example',
      path: '/v1/files',
      headers: { ...basic, 'content-type': type },
      body: `${parts.map((part) => `--bb\r\n${part}\r\n`).join('')}--bb--\r\n`,
    });
  const file =
    'Content-Disposition: form-data; name="file"; filename="a%22b.bin"\r\nContent-Type: image/png\r\n\r\n\u0001\u0002';

  test('a multipart body is decoded into texts, numbers, objects and files', async () => {
    const more = (text: string) => `Content-Disposition: form-data; name="more"; filename="m"\r\n\r\n${text}`;
    const part = (name: string, text: string) => `Content-Disposition: form-data; name="${name}"\r\n\r\n${text}`;
    expect(
      (await multipart([file, part('note', 'é'), part('pages', '3'), part('info', '{"a":1}'), more('one'), more('')]))
        .status,
    ).toBe(200);
    expect(sandbox.requests()[0]?.arguments).toEqual({
      note: 'é',
      pages: 3,
      info: { a: 1 },
      file: { filename: 'a"b.bin', content_type: 'image/png', content_base64: 'AQI=' },
      more: [
        { text: 'one', filename: 'm' },
        { text: '', filename: 'm' },
      ],
    });
  });

  test.each([
    ['a missing part', [], 422],
    ['an unknown part', [file, 'Content-Disposition: form-data; name="x"\r\n\r\ny'], 422],
    ['a part twice', [file, file], 422],
    ['an object that is not JSON', [file, 'Content-Disposition: form-data; name="info"\r\n\r\nno'], 422],
    ['a part without a name', ['Content-Type: a/b\r\n\r\nx'], 400],
    ['a part without a head', ['nothing'], 400],
  ])('multipart with %s is refused', async (_, parts, status) => {
    expect((await multipart(parts)).status).toBe(status);
  });

  test('multipart without a boundary is refused', async () => {
    expect((await multipart([file], 'multipart/form-data')).json.error.message).toContain('boundary');
    expect((await multipart([file], 'multipart/form-data; boundary=cc')).json.error.message).toContain('boundary');
  });

  test('a raw body is the argument itself, under the content type the document fixes', async () => {
    const put = (type: string) =>
      call(sandbox, {
        method: 'PUT',
        host: 'us.billing.example',
        path: '/v1/note',
        headers: { ...basic, 'content-type': type },
        body: '# hi',
      });
    expect((await put('text/markdown')).json.arguments).toEqual({ body: { text: '# hi' } });
    expect((await put('text/plain')).status).toBe(415);
  });
});
