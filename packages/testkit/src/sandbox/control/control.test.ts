import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { bearer, chatDocument, graphDocument } from '../documents.fixture.ts';
import { call, json } from '../http-client.fixture.ts';
import { type Sandbox, type SandboxClient, sandboxClient, startSandbox } from '../index.ts';

let sandbox: Sandbox;
let client: SandboxClient;
beforeAll(async () => {
  sandbox = await startSandbox({ documents: [chatDocument] });
  client = sandboxClient(sandbox.url, sandbox.controlToken);
});
afterEach(() => sandbox.reset());
afterAll(() => sandbox.close());

const me = { host: 'chat.example', path: '/api/users/me', headers: bearer };

test('a client in another process steers rules, reads records and resets', async () => {
  const remove = await client.behave({ tool: 'chat_me', do: { kind: 'status', status: 503 } });
  expect((await call(sandbox, me)).status).toBe(503);
  await remove();
  expect((await call(sandbox, me)).status).toBe(200);
  await call(sandbox, { ...me, host: 'evil.example' });
  expect(await client.requests({ tool: 'chat_me' })).toMatchObject([
    { behaviours: ['status'] },
    { verdict: 'accepted' },
  ]);
  expect(await client.requests()).toHaveLength(3);
  expect(await client.effects()).toEqual([]);
  expect(await client.violations('credential_leak')).toMatchObject([{ host: 'evil.example' }]);
  expect(await client.violations()).toHaveLength(1);
  expect(await client.counts()).toMatchObject({ requests: 3, refused: 1 });
  await client.reset();
  expect(await client.counts()).toEqual({ requests: 0, accepted: 0, refused: 0, effects: 0, violations: 0 });
});

test('a document can be added, and one that is not sound is refused by path', async () => {
  await client.addDocument(graphDocument);
  expect((await call(sandbox, { host: 'graph.example', path: '/session?key=k' })).status).toBe(200);
  await expect(client.addDocument({ ...graphDocument, version: 'one' })).rejects.toThrow('"path":"version"');
});

test.each([
  [{}, 'do is missing'],
  [null, 'a rule is an object'],
  [{ do: { kind: 'explode' } }, 'do.kind must be one of'],
  [{ do: { kind: 'delay' } }, 'do.ms'],
  [{ do: { kind: 'status', status: 42 } }, 'do.status'],
  [{ do: { kind: 'drop', at: 'noon' } }, 'do.at'],
  [{ do: { kind: 'lie', as: 'truth' } }, 'do.as'],
  [{ do: { kind: 'drip', bytesPerSecond: 0 } }, 'do.bytesPerSecond'],
  [{ do: { kind: 'stream', chunks: [1] } }, 'do.chunks'],
  [{ do: { kind: 'rate_limit', retryAfter: 1 } }, 'do.retryAfter'],
  [{ tool: 1, do: { kind: 'hang' } }, 'tool must be text'],
  [{ times: -1, do: { kind: 'hang' } }, 'times must be a number'],
  [{ when: 1, do: { kind: 'hang' } }, 'when must be'],
])('the rule %o is refused: %s', async (rule, message) => {
  await expect(client.behave(rule as never)).rejects.toThrow(message);
});

test('without the token, with another, or with a cut one nothing is told', async () => {
  for (const token of [undefined, 'x', sandbox.controlToken.slice(1), `${sandbox.controlToken.slice(1)}x`]) {
    const reply = await call(sandbox, {
      host: 'any',
      path: '/_sandbox/requests',
      headers: token === undefined ? {} : { 'x-sandbox-token': token },
    });
    expect(reply).toMatchObject({ status: 403, json: { error: { code: 'forbidden' } } });
  }
});

test('an unknown command is 404 and lists the commands; a body that is no JSON is 400; one too large is 413', async () => {
  const headers = { 'x-sandbox-token': sandbox.controlToken };
  expect((await call(sandbox, { host: 'any', path: '/_sandbox/nope', headers })).json.error.commands).toContain(
    'POST /_sandbox/reset',
  );
  expect((await call(sandbox, { ...json('POST', 'any', '/_sandbox/behave', {}, headers), body: '{' })).status).toBe(
    400,
  );
  expect(
    (
      await call(sandbox, {
        method: 'POST',
        host: 'any',
        path: '/_sandbox/behave',
        headers,
        body: Buffer.alloc(33 * 1024 * 1024),
      })
    ).status,
  ).toBe(413);
});
