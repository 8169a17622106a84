import { IntegrationDocument, type IntegrationDocumentInput } from '@patchbay/contracts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { call } from './http-client.fixture.ts';
import { type Sandbox, startSandbox } from './index.ts';

const tools = {
  ping: {
    title: 'Ping',
    description: 'Pings.',
    risk: 'read',
    request: { method: 'GET', path: '/ping' },
    examples: [{ arguments: {}, response: { status: 200, body: { ok: true } } }],
  },
} satisfies IntegrationDocumentInput['tools'];
const common = { version: '1.0.0', category: 'other', description: 'An API.', tools } as const;

const shop = IntegrationDocument.parse({
  ...common,
  id: 'shop',
  name: 'Shop',
  base_url: 'https://{host}',
  auth: { type: 'bearer', hosts: ['{host}'] },
  variables: { host: { own_host: true, pattern: '^[a-z.]{1,40}\\.[a-z]{2,9}$', example: 'shop.acme.com' } },
} satisfies IntegrationDocumentInput);
const other = IntegrationDocument.parse({
  ...common,
  id: 'other',
  name: 'Other',
  base_url: 'https://api.other.com',
  auth: { type: 'api_key' },
} satisfies IntegrationDocumentInput);

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ documents: [other, shop] });
});
afterAll(() => sandbox.close());

describe('an integration whose host is the tenant’s own', () => {
  test.each([
    ['shop.acme.com', 200],
    ['shop.north.example', 200],
    ['elsewhere.com', 404],
    ['api.other.com', 401],
  ])('at %s is answered %i', async (host, status) => {
    const headers = { authorization: 'Bearer made-up-token' };
    expect((await call(sandbox, { host, path: '/ping', headers })).status).toBe(status);
  });

  test('leaks its credential wherever else it shows it', () => {
    expect(sandbox.violations().map(({ kind, host }) => [kind, host])).toEqual([
      ['credential_leak', 'elsewhere.com'],
      ['unexpected_secret_header', 'api.other.com'],
      ['unexpected_credential', 'api.other.com'],
    ]);
  });
});
