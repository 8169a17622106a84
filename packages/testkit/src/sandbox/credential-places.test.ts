import { IntegrationDocument } from '@patchbay/contracts';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { call } from './http-client.fixture.ts';
import { type Sandbox, startSandbox } from './index.ts';

const common = { version: '1.0.0', category: 'other', description: 'An API.' } as const;
const add = {
  title: 'Add',
  description: 'Adds.',
  risk: 'write',
  parameters: { name: { type: 'string', required: true } },
  examples: [{ arguments: { name: 'Ada' }, response: { status: 200, body: { id: 'a1' } } }],
} as const;
const post = { method: 'POST', path: '/add' } as const;

const documents = [
  {
    ...common,
    id: 'embodied',
    name: 'Embodied',
    base_url: 'https://embodied.example',
    auth: { type: 'custom', body: { client_id: '{client_id}', 'auth.secret': '{secret}' } },
    tools: { add: { ...add, request: post } },
  },
  {
    ...common,
    id: 'formed',
    name: 'Formed',
    base_url: 'https://formed.example',
    auth: { type: 'custom', body: { secret: '{secret}' } },
    tools: { add: { ...add, request: { ...post, body: 'form' } } },
  },
  {
    ...common,
    id: 'signed',
    name: 'Signed',
    base_url: 'https://signed.example',
    auth: { type: 'oauth2', scheme: 'none', header: 'X-Access-Token', headers: { 'X-Api-Key': '{client_id}' } },
    tools: { add: { ...add, request: post, idempotency: { kind: 'query', name: 'requestid' } } },
  },
].map((document) => IntegrationDocument.parse(document));

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({
    documents,
    credentials: {
      embodied: { type: 'custom', fields: { client_id: 'ci-0123456789', secret: 'canary-0123456789' } },
      formed: { type: 'custom', fields: { secret: 'canary-0123456789' } },
      signed: {
        type: 'oauth2',
        access_token: 'canary-0123456789',
        token_type: 'Bearer',
        secrets: { client_id: 'ci-0123456789' },
      },
    },
  });
});
afterEach(() => {
  expect(JSON.stringify([sandbox.requests(), sandbox.violations()])).not.toContain('canary-');
  sandbox.reset();
});
afterAll(() => sandbox.close());

const json = (host: string, body: unknown, headers: Record<string, string> = {}, path = '/add') =>
  call(sandbox, {
    method: 'POST',
    host,
    path,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });

describe('a credential in the body', () => {
  const good = { client_id: 'ci-0123456789', auth: { secret: 'canary-0123456789' }, name: 'Ada' };

  test('is accepted there, and recorded nowhere', async () => {
    expect((await json('embodied.example', good)).status).toBe(200);
    expect(sandbox.requests()).toMatchObject([{ verdict: 'accepted', arguments: { name: 'Ada' }, issues: [] }]);
    expect(sandbox.violations()).toEqual([]);
  });

  test.each([
    ['is missing', { name: 'Ada' }, 401],
    ['lacks a part', { client_id: 'ci-0123456789', name: 'Ada' }, 401],
    ['is another', { ...good, client_id: 'ci-other' }, 401],
    ['has company', { ...good, auth: { ...good.auth, more: 1 } }, 422],
  ])('that %s is refused', async (_what, body, status) => {
    expect((await json('embodied.example', body)).status).toBe(status);
  });

  test('is accepted in a form', async () => {
    const form = (body: string) =>
      call(sandbox, {
        method: 'POST',
        host: 'formed.example',
        path: '/add',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body,
      });
    expect((await form('secret=canary-0123456789&name=Ada')).status).toBe(200);
    expect((await form('secret=canary-0123456780&name=Ada')).status).toBe(401);
    expect((await form('name=Ada')).status).toBe(401);
  });
});

describe('a token in a header of its own', () => {
  const good = { 'x-access-token': 'canary-0123456789', 'x-api-key': 'ci-0123456789' };
  const path = `/add?requestid=${'0'.repeat(32)}`;

  test('goes with what the client shows, and with a key in the query', async () => {
    expect((await json('signed.example', { name: 'Ada' }, good, path)).status).toBe(200);
    expect(sandbox.effects()).toMatchObject([{ idempotency: 'query', idempotencyKey: '0'.repeat(32) }]);
    await json('signed.example', { name: 'Ada' }, good, path);
    expect(sandbox.effects()).toHaveLength(1);
    expect(sandbox.requests().at(-1)).toMatchObject({ replayed: true });
  });

  test.each([
    ['a token less', { 'x-api-key': 'ci-0123456789' }, path, 401],
    ['another key', { ...good, 'x-api-key': 'ci-other' }, path, 401],
    ['a scheme word', { ...good, 'x-access-token': 'Bearer canary-0123456789' }, path, 401],
    ['no idempotency key', good, '/add', 422],
  ])('is refused with %s', async (_what, headers, target, status) => {
    expect((await json('signed.example', { name: 'Ada' }, headers as Record<string, string>, target)).status).toBe(
      status,
    );
  });
});
