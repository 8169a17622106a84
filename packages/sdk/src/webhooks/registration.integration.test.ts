import {
  type AddSourceRequest,
  IntegrationDocument,
  newId,
  PatchbayError,
  platformScope,
  routes,
} from '@patchbay/contracts';
import { endpoint, type ServedEndpoints } from '@patchbay/messaging';
import { serversForSuite } from '@patchbay/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { serveAs } from '../fake-services.test-support.ts';
import { type Admin, adminOver } from '../index.ts';
import { at, source } from './webhook-records.test-support.ts';

const servers = serversForSuite({ beforeAll, afterAll }, { tenants: ['acme'], redis: false });
let admin: Admin;
let open: ServedEndpoints[] = [];
const added: AddSourceRequest[] = [];

const document = (id: string, over: Partial<IntegrationDocument> = {}) =>
  IntegrationDocument.parse({
    id,
    name: id,
    version: '1.0.0',
    category: 'other',
    description: 'For tests.',
    base_url: `https://${id}.example.com`,
    auth: { type: 'bearer' },
    tools: { get: { title: 'Get', description: 'Gets.', risk: 'read', request: { method: 'GET', path: '/get' } } },
    ...over,
  });
const webhooks = {
  scheme: 'github',
  register: {
    request: { method: 'POST', path: '/hooks' },
    parameters: { url: { 'x-from': 'webhook.url' } },
    response: { id: 'id' },
  },
  remove: { request: { method: 'DELETE', path: '/hooks/{webhook.id}' } },
};
const connectionTo = (integration: string, status: 'active' | 'revoked' = 'active') => ({
  id: newId('connection'),
  tenant: 'acme',
  integration,
  label: '',
  auth_type: 'bearer' as const,
  status,
  is_default: true,
  variables: {},
  created_at: at,
  updated_at: at,
  credential_version: 1,
  health: null,
});
const connections = [connectionTo('told'), connectionTo('silent'), connectionTo('told', 'revoked')];

beforeAll(async () => {
  admin = adminOver(await servers().connect('admin'), 'acme');
  open = [
    await serveAs(
      servers(),
      'vault',
      endpoint('list-connections', routes.listConnections, async () => ({ connections })),
    ),
    await serveAs(
      servers(),
      'registry',
      endpoint('get-integration', routes.getIntegration, async ({ integration, scope }) => {
        // The tenant has one of its own, which comes before the platform's.
        const own = integration === 'told' ? { webhooks: webhooks as never } : {};
        if (scope === 'acme' ? integration !== 'told' : integration === 'told' || scope !== platformScope)
          throw new PatchbayError('tool_not_found');
        return { document: document(integration, own), versions: [] };
      }),
    ),
    await serveAs(
      servers(),
      'webhook-ingress',
      endpoint('add-source', routes.addSource, async (request) => {
        added.push(request);
        return { source: source({ scheme: request.scheme ?? null }) };
      }),
    ),
  ];
});
afterAll(() => Promise.all(open.map((one) => one.stop())));

describe('registering a source at its vendor', () => {
  test('takes the integration of its connection, and the scheme of the document', async () => {
    const [told] = connections;
    const made = await admin.webhooks.sources.register({
      connection: told?.id ?? '',
      name: 'Repository',
      events: ['push'],
      arguments: { repo: 'a' },
    });
    expect(made.scheme).toBe('github');
    await admin.webhooks.sources.register({ connection: told?.id ?? '' });
    const upstream = { integration: 'told', connection: told?.id };
    expect(added).toMatchObject([
      { scheme: 'github', name: 'Repository', upstream: { ...upstream, events: ['push'], arguments: { repo: 'a' } } },
      { scheme: 'github', name: '', upstream: { ...upstream, events: [], arguments: {} } },
    ]);
  });

  test.each([
    ['the document does not say how', connections[1]?.id, 'invalid_request'],
    ['the connection is revoked', connections[2]?.id, 'connection_missing'],
    ['there is no such connection', newId('connection'), 'connection_missing'],
  ])('is not asked for when %s', async (_what, connection = '', code = '') => {
    const before = added.length;
    await expect(admin.webhooks.sources.register({ connection })).rejects.toMatchObject({ code });
    expect(added).toHaveLength(before);
  });
});
