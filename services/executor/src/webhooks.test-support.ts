import { IntegrationDocument } from '@patchbay/contracts';

const url = 'https://hooks.example.com/hooks/src_01JD0000000000000000000000';
const hook = { id: 7, target: url, state: 'on', secret: 'vendor-example-secret', ends: 1_796_000_000 };
const parameters = { team: { type: 'string', required: true } };

/** A vendor of webhooks that gives them their secret, or takes the one it is sent. */
export function hooksDocument(
  id: string,
  secret: 'of the vendor' | 'ours' | 'none',
  { list = true }: { list?: boolean } = {},
): IntegrationDocument {
  const { secret: _secret, ...shown } = hook;
  const ours = secret === 'ours' ? { key: { 'x-from': 'webhook.secret', 'x-name': 'hook.secret' } } : {};
  return IntegrationDocument.parse({
    id,
    name: id,
    version: '1.0.0',
    category: 'other',
    description: 'Webhooks, for tests.',
    base_url: `https://${id.replaceAll('_', '-')}.example.com`,
    auth: { type: 'bearer' },
    webhooks: {
      scheme: 'github',
      events: ['opened', 'closed'],
      register: {
        request: { method: 'POST', path: '/teams/{team}/hooks', body: 'json' },
        parameters: {
          ...parameters,
          ...ours,
          events: { 'x-from': 'webhook.events', 'x-name': 'hook.events' },
          names: { 'x-template': 'for {webhook.events}', 'x-name': 'hook.note' },
          url: { 'x-from': 'webhook.url', 'x-name': 'hook.target' },
          nonce: { 'x-from': 'webhook.nonce', 'x-name': 'hook.nonce' },
          ...(secret === 'ours' && { until: { 'x-from': 'webhook.until', 'x-name': 'hook.until' } }),
        },
        ...(secret === 'ours' && { lifetime_s: 7_200 }),
        response: {
          id: 'hook.id',
          ...(secret === 'of the vendor' && { secret: 'hook.secret' }),
          ...(secret === 'ours' && { expires_at: 'hook.ends' }),
          settings: { state: 'hook.state' },
        },
        examples: [
          {
            arguments: { team: 'red', events: ['opened'], url, 'webhook.events': 'opened', key: 'k' },
            response: { status: 201, body: { hook: secret === 'of the vendor' ? hook : shown } },
          },
        ],
      },
      ...(list && {
        list: {
          request: { method: 'GET', path: '/teams/{team}/hooks' },
          parameters,
          response: { items: 'hooks', id: 'id', url: 'target' },
          examples: [{ arguments: { team: 'red' }, response: { status: 200, body: { hooks: [shown] } } }],
        },
      }),
      remove: {
        request: { method: 'DELETE', path: '/teams/{team}/hooks/{webhook.id}' },
        parameters: { ...parameters, state: { 'x-from': 'setting.state' } },
        examples: [
          {
            arguments: { team: 'red', 'webhook.id': '7', state: 'on' },
            response: { status: 200, body: { done: true } },
          },
        ],
      },
    },
    tools: {
      look: {
        title: 'look',
        description: 'Looks, for tests.',
        risk: 'read',
        request: { method: 'GET', path: '/look' },
        examples: [{ arguments: {}, response: { status: 200, body: { ok: true } } }],
      },
    },
  });
}
