import { expect, test } from 'vitest';
import { credentialFields, credentialOf } from './credential-of.ts';

test.each([
  [{ type: 'api_key' }, { api_key: 'a' }, { type: 'api_key', api_key: 'a' }],
  [{ type: 'basic' }, { username: 'u', password: 'p' }, { type: 'basic', username: 'u', password: 'p' }],
  [{ type: 'bearer' }, { token: 't' }, { type: 'bearer', token: 't' }],
  [
    { type: 'oauth2' },
    { access_token: 't', refresh_token: '' },
    { type: 'oauth2', access_token: 't', token_type: 'Bearer' },
  ],
  [
    {
      type: 'custom',
      headers: { Authorization: 'Basic {basic}', 'X-Key': '{app_key}' },
      query: { k: '{app_key|url}' },
    },
    { username: 'u', password: 'p', app_key: 'k' },
    { type: 'custom', fields: { username: 'u', password: 'p', app_key: 'k' } },
  ],
] as const)('of %j one gives its fields, and they become its credential', (auth, given, credential) => {
  expect(credentialFields(auth).map(({ name }) => name)).toEqual(Object.keys(given));
  expect(credentialOf(auth, given)).toEqual(credential);
});

test('a service that takes anybody needs none', () => {
  expect([credentialFields({ type: 'none' }), credentialOf({ type: 'none' }, {})]).toEqual([[], null]);
});
