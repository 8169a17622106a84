import { describe, expect, test } from 'vitest';
import { IntegrationDocument } from './integration.ts';
import { type WebhookTools, webhookToolsOf } from './webhook-tools.ts';

const document = (webhooks: unknown) =>
  IntegrationDocument.safeParse({
    id: 'desk',
    name: 'Desk',
    version: '1.0.0',
    category: 'other',
    description: 'A desk.',
    base_url: 'https://desk.example.com',
    auth: { type: 'bearer' },
    health: { tool: 'get' },
    webhooks,
    tools: {
      get: { title: 'Get', description: 'Gets.', risk: 'read', request: { method: 'GET', path: '/get' } },
    },
  });
const register = {
  request: { method: 'POST', path: '/teams/{team}/hooks' },
  parameters: {
    team: { type: 'string', required: true },
    events: { 'x-from': 'webhook.events', 'x-array-style': 'comma' },
    target: { 'x-template': '{webhook.url}?by={webhook.events|url}', 'x-name': 'hook.target' },
    kind: { 'x-const': 'web' },
    at: { 'x-from': 'clock.now' },
  },
  response: { id: 'hook.id', secret: 'hook.secret', settings: { region: 'hook.region' } },
};
const remove = {
  request: { method: 'DELETE', path: '/hooks/{webhook.id}' },
  parameters: { region: { 'x-from': 'setting.region' } },
};
const list = { request: { method: 'GET', path: '/hooks' }, response: { items: 'hooks', id: 'id', url: 'target' } };

describe('requests about webhooks', () => {
  const parsed = document({ scheme: 'github', register, list, remove }).data as IntegrationDocument;
  const { document: derived, given } = webhookToolsOf(parsed) as WebhookTools;
  const { tools, webhooks, health } = derived;

  test('are tools of a document of their own, which knows of no others', () => {
    expect(Object.keys(tools)).toEqual(['register', 'list', 'remove']);
    expect([webhooks, health]).toEqual([undefined, undefined]);
    expect(Object.values(tools).map(({ name, risk, idempotency }) => [name, risk, idempotency.kind])).toEqual([
      ['desk_webhooks_register', 'write', 'none'],
      ['desk_webhooks_list', 'read', 'natural'],
      ['desk_webhooks_remove', 'destructive', 'natural'],
    ]);
    expect(webhookToolsOf(parsed)).toBe(webhookToolsOf(parsed));
  });

  test('take what is ours as arguments, and leave the rest as it is', () => {
    expect(given.register).toEqual({
      events: 'webhook.events',
      'webhook.url': 'webhook.url',
      'webhook.events': 'webhook.events',
    });
    expect(tools.register?.parameters).toMatchObject({
      team: { required: true },
      events: { type: 'array', required: true, 'x-array-style': 'comma' },
      'webhook.url': { type: 'string', 'x-in': 'none' },
      target: register.parameters.target,
      kind: { 'x-const': 'web' },
      at: { 'x-from': 'clock.now' },
    });
    expect(tools.register?.parameters.events).not.toHaveProperty('x-from');
    expect(given.remove).toEqual({ region: 'setting.region', 'webhook.id': 'webhook.id' });
    expect(tools.remove?.parameters['webhook.id']).toEqual({ type: 'string', required: true });
  });

  test('pick what is wanted of the answers, and nothing of one that is not', () => {
    expect(tools.register?.response.pick).toEqual({
      id: 'hook.id',
      secret: 'hook.secret',
      'setting.region': 'hook.region',
    });
    expect(tools.list?.response.pick).toEqual({ webhooks: 'hooks[]' });
    expect(tools.remove?.response.pick).toEqual([]);
  });

  test('are none where a document names a scheme alone, and are refused by halves', () => {
    const schemeAlone = document({ scheme: 'github' });
    expect(webhookToolsOf(schemeAlone.data as IntegrationDocument)).toBeNull();
    for (const half of [{ register }, { remove }, { list }, { register, list }, { list, remove }])
      expect(document({ scheme: 'github', ...half }).success).toBe(false);
    expect(document({ scheme: 'github', register, remove }).success).toBe(true);
  });
});
