import type { Auth, Credential } from '@patchbay/contracts';
import { describe, expect, it } from 'vitest';
import { benchOf, issuesIn, toolOf } from '../tools.test-support.ts';

const oauth: Credential = {
  type: 'oauth2',
  access_token: 'at-0123456789',
  token_type: 'bot',
  extra: { shop: 'shop-1' },
};
const key: Credential = { type: 'api_key', api_key: 'key-0123456789' };

async function sent(auth: Auth, credential: Credential | null, request: Record<string, unknown> = {}) {
  const bench = benchOf([]);
  const tool = toolOf({ request: { method: 'GET', path: '/x', ...request } as never }, { auth });
  const outcome = await bench.execute(tool, { credential });
  return { outcome, request: bench.requests[0] };
}

describe('applying a credential', () => {
  it.each<[Auth, Credential, Record<string, string>]>([
    [{ type: 'oauth2' }, oauth, { authorization: 'Bearer at-0123456789' }],
    [{ type: 'oauth2', scheme: 'Zoho-oauthtoken' }, oauth, { authorization: 'Zoho-oauthtoken at-0123456789' }],
    [
      { type: 'bearer', scheme: 'Token token=' },
      { type: 'bearer', token: 't-1' },
      { authorization: 'Token token=t-1' },
    ],
    [{ type: 'bearer' }, oauth, { authorization: 'Bearer at-0123456789' }],
    [{ type: 'oauth2', scheme: 'none', header: 'X-Access-Token' }, oauth, { 'x-access-token': 'at-0123456789' }],
    [{ type: 'oauth2', scheme: 'none' }, oauth, { authorization: 'at-0123456789' }],
    [
      { type: 'oauth2', headers: { 'x-api-key': '{client_id}:{client_secret}', 'x-shop': '{shop}' } },
      { ...oauth, secrets: { client_id: 'ci-1', client_secret: 'cs-1' } },
      { authorization: 'Bearer at-0123456789', 'x-api-key': 'ci-1:cs-1', 'x-shop': 'shop-1' },
    ],
    [
      { type: 'custom', headers: { Authorization: 'Basic {basic}', 'X-System-Key': '{system_key}' } },
      { type: 'custom', fields: { username: 'user-1', system_key: 'sk-1' } },
      { authorization: `Basic ${Buffer.from('user-1:').toString('base64')}`, 'x-system-key': 'sk-1' },
    ],
    [
      { type: 'basic' },
      { type: 'basic', username: 'ada', password: 'pä:ss' },
      { authorization: `Basic ${Buffer.from('ada:pä:ss').toString('base64')}` },
    ],
    [{ type: 'api_key' }, key, { 'x-api-key': 'key-0123456789' }],
    [
      { type: 'api_key', name: 'Authorization', prefix: 'Klaviyo-API-Key ' },
      key,
      { authorization: 'Klaviyo-API-Key key-0123456789' },
    ],
    [
      { type: 'custom', headers: { Cookie: 'sid={sid}', 'X-Both': '{sid}:{pin|base64}' } },
      { type: 'custom', fields: { sid: 's-1', pin: '1234' } },
      { cookie: 'sid=s-1', 'x-both': 's-1:MTIzNA==' },
    ],
    [
      { type: 'custom', headers: { 'X-Shop': '{shop}', 'X-Token': '{token}' } },
      oauth,
      { 'x-shop': 'shop-1', 'x-token': 'at-0123456789' },
    ],
    [
      { type: 'custom', headers: { 'X-User': '{username}/{password}' } },
      { type: 'basic', username: 'u', password: 'p' },
      { 'x-user': 'u/p' },
    ],
    [{ type: 'custom', headers: { 'X-Key': '{api_key}' } }, key, { 'x-key': 'key-0123456789' }],
    [{ type: 'custom', headers: { 'X-Key': '{token}' } }, { type: 'bearer', token: 't-1' }, { 'x-key': 't-1' }],
  ])('%j', async (auth, credential, headers) => {
    const { request } = await sent(auth, credential);
    expect(request?.headers).toMatchObject(headers);
  });

  it.each([
    [{ type: 'api_key', in: 'query', name: 'api key' }, '', 'https://api.acme.com/v1/x?api%20key=key-0123456789'],
    [
      { type: 'api_key', in: 'query', prefix: 'v1 ' },
      '?a=1',
      'https://api.acme.com/v1/x?a=1&api_key=v1%20key-0123456789',
    ],
    [
      { type: 'custom', query: { k: '{api_key}', v: '2{api_key}' } },
      '',
      'https://api.acme.com/v1/x?k=key-0123456789&v=2key-0123456789',
    ],
  ] as [Auth, string, string][])('%j goes into the query', async (auth, query, url) => {
    const { request } = await sent(auth, key, query === '' ? {} : { query: { a: '1' } });
    expect(request?.url).toBe(url);
  });

  it.each<[Auth, Credential]>([
    [{ type: 'oauth2' }, key],
    [{ type: 'basic' }, key],
    [{ type: 'api_key' }, oauth],
    [{ type: 'custom', headers: { 'X-Key': '{nope}' } }, key],
    [{ type: 'bearer' }, { type: 'bearer', token: 'line\r\nbreak: 1' }],
  ])('%j with a credential that does not fit is refused, and nothing is sent', async (auth, credential) => {
    const { outcome, request } = await sent(auth, credential);
    expect(request).toBeUndefined();
    expect(outcome).toMatchObject({
      status: 'refused',
      attempts: 0,
      error: { code: 'credential_expired', details: { reason: 'credential_unfit' } },
    });
    expect(JSON.stringify(outcome)).not.toMatch(/0123456789|line/);
  });

  it('is refused without a connection, and needs none where auth is none', async () => {
    expect((await sent({ type: 'bearer' }, null)).outcome).toMatchObject({
      status: 'refused',
      error: { code: 'connection_missing' },
    });
    const { outcome, request } = await sent({ type: 'none' }, null);
    expect(outcome.status).toBe('succeeded');
    expect(request?.headers).not.toHaveProperty('authorization');
    expect(toolOf({}, { auth: { type: 'none' } }).needsConnection).toBe(false);
    expect(
      toolOf({}, { auth: { type: 'none' }, base_url: 'https://{s}.acme.com', variables: { s: {} } }).needsConnection,
    ).toBe(true);
    expect(
      toolOf({}, { auth: { type: 'none' }, base_url: 'https://{s}.acme.com', variables: { s: { default: 'x' } } })
        .needsConnection,
    ).toBe(false);
    expect(
      toolOf({ parameters: { a: { 'x-from': 'connection.a' } } }, { auth: { type: 'none' } }).needsConnection,
    ).toBe(true);
  });

  it('overrides whatever stood in its place', async () => {
    const bench = benchOf([]);
    const tool = toolOf(
      { parameters: { k: { 'x-in': 'header', 'x-name': 'X-API-Key' } } },
      { auth: { type: 'api_key' } },
    );
    await bench.execute(tool, { credential: key, arguments: { k: 'forged' } });
    expect(bench.requests[0]?.headers['x-api-key']).toBe('key-0123456789');
  });
});

describe('auth in documents', () => {
  it.each<[Auth, string]>([
    [{ type: 'api_key', name: 'Host' }, "auth.name: the header 'Host' is written by the HTTP layer"],
    [{ type: 'custom' }, 'auth: of type custom needs headers, query or body'],
    [
      { type: 'custom', headers: { Connection: '{a}' } },
      "auth.headers.Connection: the header 'Connection' is written by the HTTP layer",
    ],
    [
      { type: 'custom', query: { k: '{a b}' } },
      "auth.query.k: names 'a b', which is neither a parameter nor a variable",
    ],
    [{ type: 'bearer', hosts: ['files.acme.com'] }, "auth.hosts: does not hold 'api.acme.com', the host of base_url"],
    [
      { type: 'bearer', hosts: ['{nope}.acme.com'] },
      "auth.hosts[0]: names 'nope', which is neither a parameter nor a variable",
    ],
  ])('%j is refused', (auth, issue) => {
    expect(issuesIn({}, { auth })).toContain(issue);
  });
});
