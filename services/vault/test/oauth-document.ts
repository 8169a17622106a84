import { IntegrationDocument, platformScope } from '@patchbay/contracts';

/** Of the test's authorization server, which is dialled elsewhere. */
export const authorizationOrigin = 'https://auth.example.com';

/** An integration whose accounts are at the test's authorization server, as the registry stores it. */
export function oauthDocument(id: string, auth: object) {
  const document = IntegrationDocument.parse({
    id,
    name: id,
    version: '1.0.0',
    category: 'communication',
    description: 'A test integration.',
    base_url: 'https://api.example.com',
    auth: {
      type: 'oauth2',
      authorize_url: `${authorizationOrigin}/auth`,
      token_url: `${authorizationOrigin}/token`,
      revoke_url: `${authorizationOrigin}/token/revocation`,
      device_url: `${authorizationOrigin}/device/auth`,
      scopes: ['offline_access', 'messages'],
      authorize_params: { prompt: 'consent' },
      refresh: 'single_use',
      ...auth,
    },
    tools: {
      look: {
        title: 'Look',
        description: 'Looks.',
        risk: 'read',
        request: { method: 'GET', path: '/look' },
        examples: [{ arguments: {}, response: { status: 200, body: {} } }],
      },
    },
  });
  return { scope: platformScope, document, registered_at: '2026-01-01T00:00:00.000Z', retired: false, digest: 'd' };
}
