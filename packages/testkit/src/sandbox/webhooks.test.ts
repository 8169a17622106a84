import { IntegrationDocument } from '@patchbay/contracts';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { bearer } from './documents.fixture.ts';
import { call, json } from './http-client.fixture.ts';
import { type Sandbox, startSandbox } from './index.ts';

const url = 'https://hooks.example.com/a';
const hook = { id: 7, url, secret: 'shown' };
const document = IntegrationDocument.parse({
  id: 'hooks',
  name: 'Hooks',
  version: '1.0.0',
  category: 'other',
  description: 'Webhooks.',
  base_url: 'https://hooks-vendor.example/v1',
  auth: { type: 'bearer' },
  webhooks: {
    scheme: 'github',
    register: {
      request: { method: 'POST', path: '/hooks' },
      parameters: {
        url: { 'x-from': 'webhook.url' },
        events: { 'x-from': 'webhook.events' },
        kind: { 'x-const': 'web' },
      },
      response: { id: 'id', secret: 'secret' },
      examples: [{ arguments: { url, events: ['a'] }, response: { status: 201, body: hook } }],
    },
    list: {
      request: { method: 'GET', path: '/hooks' },
      response: { items: 'hooks', id: 'id', url: 'url' },
      examples: [{ arguments: {}, response: { status: 200, body: { hooks: [{ id: 7, url }] } } }],
    },
    remove: {
      request: { method: 'DELETE', path: '/hooks/{webhook.id}' },
      examples: [{ arguments: { 'webhook.id': '7' }, response: { status: 204 } }],
    },
  },
  tools: { get: { title: 'Get', description: 'Gets.', risk: 'read', request: { method: 'GET', path: '/get' } } },
});

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ documents: [document] });
});
afterEach(() => sandbox.reset());
afterAll(() => sandbox.close());

const host = 'hooks-vendor.example';
const register = (body: unknown) => call(sandbox, json('POST', host, '/v1/hooks', body, bearer));
const list = async () => (await call(sandbox, { host, path: '/v1/hooks', headers: bearer })).json.hooks;
const remove = async (id: unknown) =>
  (await call(sandbox, { method: 'DELETE', host, path: `/v1/hooks/${id}`, headers: bearer })).status;
const right = { url, events: ['opened'], kind: 'web' };

test('webhooks are kept as a vendor keeps them: each with an id and a secret of its own, until it is removed', async () => {
  const [first, second] = [await register(right), await register({ ...right, url: `${url}b` })];
  expect([first.status, second.status]).toEqual([201, 201]);
  expect(first.json.id).not.toBe(second.json.id);
  expect(first.json.secret).not.toBe(second.json.secret);
  expect(sandbox.webhooks()).toEqual([
    { integration: 'hooks', id: String(first.json.id), url, secret: first.json.secret, events: ['opened'] },
    {
      integration: 'hooks',
      id: String(second.json.id),
      url: `${url}b`,
      secret: second.json.secret,
      events: ['opened'],
    },
  ]);
  expect(await list()).toEqual([
    { id: first.json.id, url },
    { id: second.json.id, url: `${url}b` },
  ]);
  expect(await remove(first.json.id)).toBe(204);
  expect(await remove(first.json.id)).toBe(404);
  expect(await list()).toEqual([{ id: second.json.id, url: `${url}b` }]);
  expect(sandbox.effects().map(({ tool }) => tool)).toEqual([
    'hooks_webhooks_register',
    'hooks_webhooks_register',
    'hooks_webhooks_remove',
  ]);
});

test.each([
  ['another fixed value', { ...right, kind: 'app' }],
  ['no events', { url, kind: 'web' }],
  ['what the document does not name', { ...right, secret: 'x' }],
])('a registration with %s is refused', async (_what, body) => {
  expect((await register(body)).status).toBe(422);
  expect(sandbox.webhooks()).toEqual([]);
});

test('what does not happen is not kept, and what happens unheard is', async () => {
  sandbox.behave({ tool: 'hooks_webhooks_register', times: 1, do: { kind: 'status', status: 500, body: {} } });
  expect((await register(right)).status).toBe(500);
  expect(sandbox.webhooks()).toEqual([]);
  sandbox.behave({ tool: 'hooks_webhooks_register', do: { kind: 'drop', at: 'before_response' } });
  await expect(register(right)).rejects.toThrow();
  expect(sandbox.webhooks()).toHaveLength(1);
});
