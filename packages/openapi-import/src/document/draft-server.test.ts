import { describe, expect, it } from 'vitest';
import { describe31, draftOf, ok, problemsOf } from '../draft-of.test-support.ts';
import { draftServer } from './draft-server.ts';

const from = (url: string, variables = {}, source?: string) => draftServer([{ url, variables }], source);

describe('server variables', () => {
  it('become connection variables with a pattern where the host ends in a fixed name', async () => {
    const description = describe31(
      { '/a': { get: { operationId: 'a', responses: ok } } },
      {
        servers: [
          {
            url: 'https://{Site Name}.acme.example/{version}',
            variables: { version: { default: 'v3' }, 'Site Name': { default: 'demo', description: 'Your site.' } },
          },
        ],
      },
    );
    const draft = draftOf(description);
    expect(draft.whole).toMatchObject({
      base_url: 'https://{site_name}.acme.example/v3',
      variables: { site_name: { pattern: '^[A-Za-z0-9-]{1,63}$', example: 'demo', description: 'Your site.' } },
    });
    expect(await problemsOf(description, draft)).toEqual([]);
  });

  it.each([
    ['https://{host}', { host: { default: 'api.acme.example' } }],
    ['https://{host}/v1', {}],
    ['https://{a}.{b}', {}],
    ['https://api.{domain}', {}],
    ['{scheme}://{server}.com', {}],
  ])('are refused where they choose the whole host: %s', (url, variables) => {
    expect(() => from(url, variables)).toThrow(/whole host.*--base-url/);
  });

  it('name the few hosts of a vendor, or the few values', () => {
    expect(
      from('https://{region}/v1', {
        region: { default: 'eu.acme.example', enum: ['eu.acme.example', 'us.acme.example'] },
      }),
    ).toMatchObject({ baseUrl: 'https://eu.acme.example/v1', notes: [expect.stringContaining('eu.acme.example')] });
    expect(
      from('https://{region}.acme.example:{port}', {
        region: { default: 'eu', enum: ['eu', 'us'] },
        port: { default: '443' },
      }),
    ).toMatchObject({
      baseUrl: 'https://{region}.acme.example:443',
      variables: { region: { pattern: '^(?:eu|us)$', default: 'eu' } },
    });
    expect(from('https://api.acme.example/{account}')).toMatchObject({
      baseUrl: 'https://api.acme.example/{account}',
      variables: { account: { example: 'example' } },
    });
  });

  it('stand behind names that only stand for one', () => {
    expect(from('https://your-domain.acme.example')).toMatchObject({ baseUrl: 'https://{subdomain}.acme.example' });
    expect(from('https://mycompany.acme.example')).toMatchObject({ baseUrl: 'https://{company}.acme.example' });
  });

  it('or their want do not keep a relative address from being found', () => {
    expect(from('/v2', {}, 'https://docs.acme.example/openapi.json')).toMatchObject({
      baseUrl: 'https://docs.acme.example/v2',
    });
    expect(from('api', {}, 'https://docs.acme.example/v1/openapi.json')).toMatchObject({
      baseUrl: 'https://docs.acme.example/v1/api',
    });
    expect(from('//api.acme.example')).toMatchObject({ baseUrl: 'https://api.acme.example' });
    expect(from('http://api.acme.example')).toMatchObject({
      baseUrl: 'https://api.acme.example',
      notes: [expect.stringContaining('https')],
    });
    expect(() => from('/v2', {}, 'acme.json')).toThrow(/--base-url https/);
    expect(draftServer([{ url: '/x' }], undefined, 'https://{sub}.acme.example')).toMatchObject({
      baseUrl: 'https://{sub}.acme.example',
    });
    expect(draftServer([{ url: 'http://a.example' }, { url: 'https://b.acme.example' }], undefined).notes[0]).toContain(
      'http://a.example',
    );
  });
});

describe('account numbers', () => {
  it('are variables of the connection where most operations need them', async () => {
    const account = { name: 'accountId', in: 'path', required: true, schema: { type: 'string' } };
    const tenant = { name: 'X-Tenant-Id', in: 'header', required: true, schema: { type: 'string' } };
    const paths = Object.fromEntries(
      ['a', 'b', 'c', 'd'].map((name) => [
        `/accounts/{accountId}/${name}`,
        { get: { operationId: name, parameters: [account, tenant], responses: ok } },
      ]),
    );
    const description = describe31(paths);
    const draft = draftOf(description, { operations: ['a', 'b'] });
    expect(draft.whole.variables).toMatchObject({ account_id: { pattern: '^[A-Za-z0-9_-]{1,100}$' }, x_tenant_id: {} });
    expect(draft.whole.tools['a']).toMatchObject({
      request: { path: '/accounts/{account_id}/a' },
      parameters: {
        header_x_tenant_id: { 'x-from': 'connection.x_tenant_id', 'x-in': 'header', 'x-name': 'X-Tenant-Id' },
      },
    });
    expect(await problemsOf(description, draft)).toEqual([]);
  });
});
