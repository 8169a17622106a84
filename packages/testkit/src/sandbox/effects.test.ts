import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { basic, bearer, billingDocument, chatDocument, graphDocument, key } from './documents.fixture.ts';
import { call, json } from './http-client.fixture.ts';
import { type Sandbox, startSandbox } from './index.ts';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ documents: [chatDocument, billingDocument, graphDocument], uniqueIds: true });
});
afterEach(() => sandbox.reset());
afterAll(() => sandbox.close());

const keyOf = (n: number) => String(n).padStart(32, '0');
const post = (n: number, text = 'hi', authorization = bearer.authorization) =>
  call(
    sandbox,
    json(
      'POST',
      'chat.example',
      '/api/chat.postMessage',
      { channel: 'C1', text, unfurl: true, schedule: { kind: 'plain' }, client_msg_id: keyOf(n) },
      { ...bearer, authorization },
    ),
  );
const invoice = (idempotencyKey: string) =>
  call(sandbox, {
    method: 'POST',
    host: 'eu.billing.example',
    path: '/v1/invoices?mode=live',
    body: 'customer=c1&amount=5',
    headers: { ...basic, 'content-type': 'application/x-www-form-urlencoded', 'idempotency-key': idempotencyKey },
  });

test('a repeat with the same key gets the first answer and has no second effect', async () => {
  const first = await post(1);
  const second = await post(1);
  expect(second.json).toEqual(first.json);
  expect(sandbox.effects()).toMatchObject([
    { tool: 'chat_post_message', step: null, idempotencyKey: keyOf(1), idempotency: 'field' },
  ]);
  expect(sandbox.requests().map((request) => request.replayed)).toEqual([false, true]);
});

test('the same call under two keys is two effects with one fingerprint', async () => {
  await invoice(keyOf(1));
  await invoice(keyOf(2));
  const effects = sandbox.effects({ tool: 'billing_create_invoice' });
  expect(effects).toHaveLength(2);
  expect(new Set(effects.map((effect) => effect.fingerprint)).size).toBe(1);
  expect(sandbox.effects({ integration: 'chat' })).toEqual([]);
});

test('the same key with other arguments is refused', async () => {
  await post(1);
  expect(await post(1, 'other')).toMatchObject({ status: 422, json: { error: { code: 'idempotency_mismatch' } } });
  expect(sandbox.effects()).toHaveLength(1);
});

test('keys belong to the account: another credential has its own', async () => {
  await post(1);
  await post(1, 'hi', 'Bearer another-account');
  expect(sandbox.effects()).toHaveLength(2);
});

test('with uniqueIds every new effect has an id of its own, and reads keep the example', async () => {
  const ids = [
    (await post(1)).json.message.id,
    (await post(2)).json.message.id,
    (await invoice(keyOf(3))).json.data.id,
  ];
  expect(ids).toEqual(['m1-1', 'm1-2', 'in_1-3']);
  const upload = await call(sandbox, {
    method: 'POST',
    host: 'us.billing.example',
    path: '/v1/files',
    headers: { ...basic, 'content-type': 'multipart/form-data; boundary=b' },
    body: '--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nx\r\n--b--\r\n',
  });
  expect(upload.json.id).toBe(7 + 4);
  const read = await call(sandbox, { host: 'chat.example', path: '/api/users/U1', headers: bearer });
  expect(read).toMatchObject({ json: { id: 'U1' }, headers: { 'x-page': '1' } });
});

test('a read, a refusal and an example that fails have no effect', async () => {
  await call(sandbox, { host: 'chat.example', path: '/api/users/me', headers: bearer });
  await call(
    sandbox,
    json('POST', 'graph.example', '/graphql?key=k', {
      query: 'query F($n: String) { find(name: $n) { id } }',
      variables: { n: 'a' },
    }),
  );
  const failing = json(
    'POST',
    'chat.example',
    '/api/chat.postMessage',
    { channel: 'C404', text: 'hi', unfurl: true, schedule: { kind: 'plain' }, client_msg_id: key },
    bearer,
  );
  expect(await call(sandbox, failing)).toMatchObject({ status: 404, json: { error: 'channel_not_found' } });
  expect(sandbox.effects()).toEqual([]);
  expect(sandbox.counts()).toEqual({ requests: 3, accepted: 3, refused: 0, effects: 0, violations: 0 });
});

test('every step of a tool is served, its upload URL too, and only its writes are effects', async () => {
  const ticket = await call(sandbox, {
    host: 'chat.example',
    path: '/api/files.getUploadURL?filename=a.txt&length=5',
    headers: bearer,
  });
  expect(ticket.json.upload_url).toBe('https://files.chat.example/up/ABC?sig=1');
  const put = await call(sandbox, {
    method: 'POST',
    host: 'files.chat.example',
    path: '/up/ABC?sig=1',
    headers: { 'chat-version': '2026-01-01', 'content-type': 'text/plain' },
    body: 'hello',
  });
  expect(put).toMatchObject({ status: 200, text: 'OK' });
  expect(
    (
      await call(sandbox, {
        method: 'POST',
        host: 'files.chat.example',
        path: '/up/ABC?sig=2',
        headers: { 'chat-version': '2026-01-01', 'content-type': 'text/plain' },
        body: 'hello',
      })
    ).status,
  ).toBe(422);
  const finish = (body: unknown) => call(sandbox, json('POST', 'chat.example', '/api/files.complete', body, bearer));
  expect((await finish({ files: [{ id: 'F1' }], at: '2026-01-02T03:04:05.678Z' })).json).toEqual({
    ok: true,
    files: [{ id: 'F1-2' }],
  });
  expect((await finish({ files: [{ id: 'F1' }], at: 'now' })).json.error.issues).toEqual([
    { path: 'at', message: 'must be the time as RFC 3339 in UTC' },
  ]);
  expect((await finish({ files: [] })).json.error.issues).toEqual([{ path: 'file', message: 'is missing' }]);
  expect((await finish({ files: [{ id: 'F1' }, { id: 'F2' }] })).json.error.issues).toEqual([
    { path: 'files[1]', message: 'is not a parameter of this call' },
  ]);
  expect(sandbox.effects().map((effect) => effect.step)).toEqual(['put', 'finish']);
  expect(
    sandbox.requests({ step: 'ticket', tool: 'chat_upload_file', integration: 'chat', verdict: 'accepted' }),
  ).toHaveLength(1);
});

test('records and keys are bounded: the oldest go first', async () => {
  const small = await startSandbox({ documents: [chatDocument], maxRecords: 2 });
  try {
    for (const n of [1, 2, 3]) {
      await call(
        small,
        json(
          'POST',
          'chat.example',
          '/api/chat.postMessage',
          { channel: 'C1', text: 'hi', unfurl: true, schedule: { kind: 'plain' }, client_msg_id: keyOf(n) },
          bearer,
        ),
      );
    }
    expect(small.requests().map((request) => request.number)).toEqual([2, 3]);
    expect(small.effects().map((effect) => effect.idempotencyKey)).toEqual([keyOf(2), keyOf(3)]);
    expect(small.counts()).toMatchObject({ accepted: 3, effects: 3 });
  } finally {
    await small.close();
    await small.close();
  }
});

test('with record off the checks, the effects and the totals stay, and no request is kept', async () => {
  const fast = await startSandbox({ documents: [chatDocument], record: false });
  try {
    await call(fast, { host: 'chat.example', path: '/api/users/me', headers: bearer });
    expect((await call(fast, { host: 'chat.example', path: '/api/users/me' })).status).toBe(401);
    expect(fast.requests()).toEqual([]);
    expect(fast.counts()).toMatchObject({ accepted: 1, refused: 1 });
  } finally {
    await fast.close();
  }
});

test('a document added later is served at once; the same version again replaces it, another version stands beside it', async () => {
  const one = await startSandbox({ documents: [] });
  try {
    const me = () => call(one, { host: 'chat.example', path: '/api/users/me', headers: bearer });
    expect((await me()).status).toBe(404);
    one.addDocument(chatDocument);
    expect((await me()).json).toEqual({ id: 'me' });
    const me2 = structuredClone(chatDocument);
    (me2.tools.me as { examples: unknown[] }).examples = [
      { arguments: {}, response: { status: 200, body: { id: 'you' } } },
    ];
    one.addDocument({ ...me2, version: '1.1.0' });
    expect((await me()).json).toEqual({ id: 'you' });
    expect(one.requests().at(-1)?.version).toBe('1.1.0');
    one.addDocument(me2);
    expect((await me()).json).toEqual({ id: 'you' });
    expect(one.requests().at(-1)?.version).toBe('1.0.0');
  } finally {
    await one.close();
  }
});

test('a port that is taken is an error', async () => {
  await expect(startSandbox({ documents: [], port: sandbox.port })).rejects.toThrow('EADDRINUSE');
});
