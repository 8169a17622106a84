import { describe, expect, it } from 'vitest';
import { type BrokenCase, edited, issuesIn, soundDocument } from './broken-documents.fixture.ts';
import { normaliseDocument } from './normalise-document.ts';

const fields: BrokenCase[] = [
  ['a missing field', 'name', { name: undefined }],
  ['an unknown field', 'colour', { colour: 'red' }],
  ['an id with capitals', 'id', { id: 'Desk' }],
  ['a version that is none', 'version', { version: '1.2' }],
  ['a category that does not exist', 'category', { category: 'misc' }],
  ['an empty set of tools', 'tools', { tools: {}, health: undefined }],
  ['a condition that is none', 'errors[0].when', { 'errors[0].when': 'ok == false' }],
  ['a condition cut short', 'errors[0].when', { 'errors[0].when': 'ok = false and ' }],
  ['a message that is no path', 'errors[0].message', { 'errors[0].message': 'error message' }],
  ['a code that does not exist', 'errors[0].code', { 'errors[0].code': 'broken' }],
  ['a health check without its tool', 'health.tool', { 'health.tool': 'nobody' }],
  ['a health check that writes', 'health.tool', { health: { tool: 'add' } }],
  ['a health check with wrong arguments', 'health.arguments', { 'health.arguments': {} }],
  ['a key that reaches a prototype', 'tools.get.__proto__', { 'tools.get.__proto__': { a: 1 } }],
  ['a number that is none', 'timeout_ms', { timeout_ms: Number.POSITIVE_INFINITY }],
  ['a value that is no JSON', 'name', { name: () => 'x' }],
  ['a header that carries a credential', 'headers.Authorization', { headers: { Authorization: 'Basic x' } }],
  ['a header with a line break', 'headers.X-A', { headers: { 'X-A': 'a\r\nB: c' } }],
];

const addresses: BrokenCase[] = [
  ['a base URL that is none', 'base_url', { base_url: 'desk.example' }],
  ['a base URL with a user', 'base_url', { base_url: 'https://user@desk.example' }],
  ['a base URL in clear', 'base_url', { base_url: 'http://{site}.desk.example' }],
  ['an undeclared variable', 'base_url', { base_url: 'https://{shop}.desk.example' }],
  ['a host outside the credential’s', 'base_url', { 'auth.hosts': ['api.other.example'] }],
  ['a request elsewhere', 'tools.get.request.base_url', { 'tools.get.request.base_url': 'https://other.example' }],
  ['a token URL in clear', 'auth.token_url', { 'auth.token_url': 'http://login.desk.example/token' }],
  ['a wildcard too wide', 'auth.hosts[1]', { 'auth.hosts': ['{site}.desk.example', '*.example'] }],
  ['a host over no variable', 'auth.hosts[1]', { 'auth.hosts': ['{site}.desk.example', '{shop}.desk.example'] }],
  ['a variable pattern without ends', 'variables.site.pattern', { 'variables.site.pattern': '[a-z]{1,9}' }],
  ['a variable that leaves the host', 'variables.site.pattern', { 'variables.site.pattern': '^.{1,40}$' }],
  ['a variable pattern that explodes', 'variables.site.pattern', { 'variables.site.pattern': '^(a*)*$' }],
  ['an example outside its pattern', 'variables.site.example', { 'variables.site.example': 'Not ok' }],
  ['a default outside its pattern', 'variables.site.default', { 'variables.site.default': 'A' }],
];

const credentials: BrokenCase[] = [
  ['no token URL', 'auth.token_url', { 'auth.token_url': undefined }],
  ['scopes without a token URL', 'auth.token_url', { auth: { type: 'oauth2', scopes: ['a'] } }],
  ['a revocation in clear', 'auth.revoke_url', { 'auth.revoke_url': 'http://login.desk.example/revoke' }],
  ['a device elsewhere', 'auth.device_url', { 'auth.device_url': 'https://{shop}.desk.example/device' }],
  [
    'a variable of the token that is none',
    'auth.variables_from.shop',
    { 'auth.variables_from': { shop: { path: 'shop' } } },
  ],
  [
    'a pattern of a token that explodes',
    'auth.variables_from.site.pattern',
    { 'auth.variables_from': { site: { path: 'url', pattern: '^(a*)*$' } } },
  ],
  ['an OAuth field of another type', 'auth.refresh', { auth: { type: 'bearer', refresh: 'single_use' } }],
  ['a field of another type', 'auth.prefix', { 'auth.prefix': 'Token ' }],
  ['no host at all', 'auth.hosts', { 'auth.hosts': [] }],
  ['no service to sign for', 'auth.service', { auth: { type: 'aws_sigv4', region: 'eu-west-1' } }],
  ['no region to sign for', 'auth.region', { auth: { type: 'aws_sigv4', service: 'ses' } }],
  ['a region nobody declared', 'auth.region', { auth: { type: 'aws_sigv4', service: 'ses', region: '{nope}' } }],
  [
    'a header beside a signature',
    'auth.header',
    { auth: { type: 'aws_sigv4', service: 'ses', region: 'eu-west-1', header: 'X-A' } },
  ],
  ['a query key without a name', 'auth.name', { auth: { type: 'api_key', in: 'query' } }],
  ['a key in a transport header', 'auth.name', { auth: { type: 'api_key', name: 'Host' } }],
  ['a key in no header', 'auth.name', { auth: { type: 'api_key', name: 'a b' } }],
  ['custom auth without templates', 'auth.headers', { auth: { type: 'custom' } }],
  ['a header without a field', 'auth.headers.X-Key', { auth: { type: 'custom', headers: { 'X-Key': 'fixed' } } }],
  ['a transport header', 'auth.headers.Host', { auth: { type: 'custom', headers: { Host: '{key}' } } }],
  ['a query without a field', 'auth.query.k', { auth: { type: 'custom', query: { k: 'fixed' } } }],
];

describe.each([
  ['an integration', fields],
  ['addresses', addresses],
  ['auth', credentials],
])('normaliseDocument of %s', (_group, cases) => {
  it.each(cases)('names the place of %s: %s', (_what, issue, edits) => {
    // Functions and the like cannot be cloned, so they are put in afterwards.
    const document =
      typeof edits['name'] === 'function' ? { ...soundDocument(), ...edits } : edited(soundDocument(), edits);
    const issues = issuesIn(document);
    expect(issues.map(({ path }) => path)).toContain(issue);
    // At most one for each parameter of a tool, or a reader would hunt for faults that are not there.
    expect(issues.length, JSON.stringify(issues)).toBeLessThanOrEqual(3);
  });
});

describe('normaliseDocument', () => {
  it('accepts the sound document that the broken cases start from', () => {
    expect(normaliseDocument(soundDocument())).toMatchObject({ ok: true, form: 'integration', warnings: [] });
  });

  it('reports every fault at once', () => {
    const edits = { 'errors[0].when': 'x', 'auth.prefix': 'x', 'tools.get.request.path': '/{x}' };
    const result = normaliseDocument(edited(soundDocument(), edits));
    expect(result.ok ? [] : result.issues.map(({ path }) => path)).toEqual(expect.arrayContaining(Object.keys(edits)));
  });

  it('refuses more than 128 tools', () => {
    const edits = Object.fromEntries(
      Array.from({ length: 130 }, (_, i) => [`tools.t${i}`, Object(soundDocument().tools).get]),
    );
    expect(normaliseDocument(edited(soundDocument(), edits))).toMatchObject({ ok: false, issues: [{ path: 'tools' }] });
  });

  it('refuses a document nested too deeply, too large, of too many values, or that holds itself', () => {
    let deep: unknown = 1;
    for (let i = 0; i < 80; i++) deep = { a: deep };
    const cycle: Record<string, unknown> = soundDocument();
    cycle['webhooks'] = { scheme: 'x', cycle };
    for (const document of [
      edited(soundDocument(), { 'tools.get.meta': { deep } }),
      edited(soundDocument(), { description: 'x'.repeat(900_001) }),
      edited(soundDocument(), { webhooks: { scheme: 'x', all: Array.from({ length: 100_001 }, () => 0) } }),
      cycle,
    ]) {
      expect(normaliseDocument(document)).toMatchObject({
        ok: false,
        issues: [{ message: expect.stringMatching(/more than|bytes/) }],
      });
    }
  });

  it.each([null, undefined, 7, 'text', [], {}])('refuses %j as a document', (input) => {
    expect(normaliseDocument(input)).toMatchObject({ ok: false });
  });

  it.each([
    { type: 'none' },
    {
      type: 'oauth2',
      grant: 'jwt_bearer',
      authorize_url: 'https://login.desk.example/authorize',
      token_url: 'https://{site}.desk.example/token',
      device_url: 'https://login.desk.example/device',
      revoke_url: 'https://login.desk.example/revoke',
      scopes: ['a'],
      scope_separator: ',',
      authorize_params: { access_type: 'offline' },
      pkce: 'none',
      client_auth: 'private_key_jwt',
      token_body: 'json',
      token_params: { audience: 'api' },
      token_headers: { 'X-Version': '1' },
      token_at: 'authed_user',
      keep: ['instance_url'],
      variables_from: { site: { path: 'url', pattern: '^https://([a-z0-9-]+)\\.desk\\.example$' } },
      refresh: 'single_use',
      token_lifetime_s: 3_600,
      assertion: { subject: '{site}' },
    },
    { type: 'basic' },
    { type: 'bearer', scheme: 'Bot' },
    { type: 'api_key' },
    { type: 'api_key', in: 'query', name: 'key' },
    { type: 'api_key', name: 'Authorization', prefix: 'Token ' },
    { type: 'custom', headers: { 'X-Key': '{api_key}' }, query: { app: '{app}' } },
  ])('takes complete auth: %j', (auth) => {
    expect(normaliseDocument(edited(soundDocument(), { auth }))).toMatchObject({ ok: true });
  });

  it('warns of an OAuth document that nobody can sign in to', () => {
    const result = normaliseDocument(edited(soundDocument(), { auth: { type: 'oauth2' } }));
    expect(result).toMatchObject({ ok: true, warnings: [{ path: 'auth.token_url' }] });
  });

  it('lets plain http go to loopback alone', () => {
    const at = (base_url: string) => normaliseDocument(edited(soundDocument(), { base_url, variables: undefined })).ok;
    expect(['http://localhost:8080/api', 'http://127.0.0.1:9000', 'http://[::1]:9000'].map(at)).toEqual([
      true,
      true,
      true,
    ]);
    expect(['http://127.0.0.1.evil.example', 'http://localhost.evil.example', 'http://10.0.0.1'].map(at)).toEqual([
      false,
      false,
      false,
    ]);
  });

  it('covers a host by a wildcard of its parent, not the parent itself', () => {
    const document = edited(soundDocument(), { auth: { type: 'bearer', hosts: ['*.desk.example'] } });
    expect(normaliseDocument(document)).toMatchObject({ ok: true });
    expect(normaliseDocument({ ...document, base_url: 'https://desk.example' })).toMatchObject({ ok: false });
  });

  it('ends the base URL without a slash, since paths begin with one', () => {
    const result = normaliseDocument(edited(soundDocument(), { base_url: 'https://{site}.desk.example/api//' }));
    expect(result.ok && result.document.base_url).toBe('https://{site}.desk.example/api');
  });
});
