import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { failureOf, issuesIn, previewOf, toolOf } from '../tools.test-support.ts';

describe('path parameters', () => {
  const tool = toolOf({ request: { method: 'GET', path: '/a/{id}/b' }, parameters: { id: { required: true } } });
  const pathOf = (id: unknown): string => new URL(previewOf(tool, { id }).url).pathname;

  it.each([
    '../x',
    '..%2fx',
    '%2e%2e',
    '//evil.com',
    '\\',
    '?q=1',
    '#f',
    '@evil.com',
    'a b',
    'é',
    ';x=1',
    '%00',
    'a\r\nb',
    '...',
  ])('%j stays inside its segment (S-D11)', (id) => {
    const segments = pathOf(id).split('/');
    expect(segments).toHaveLength(5);
    expect(decodeURIComponent(segments[3] as string)).toBe(id);
    expect(new URL(previewOf(tool, { id }).url)).toMatchObject({
      host: 'api.acme.com',
      search: '',
      hash: '',
      username: '',
    });
  });

  it.each(['.', '..'])('%j is refused', (id) => {
    expect(failureOf(() => pathOf(id)).body).toMatchObject({
      code: 'invalid_arguments',
      details: { issues: [{ path: 'arguments.id', message: "must not be '.' or '..'" }] },
    });
  });

  it('a dot segment put together from two values is refused', () => {
    const two = toolOf({ request: { method: 'GET', path: '/{a}{b}/x' }, parameters: { a: {}, b: {} } });
    expect(() => previewOf(two, { a: '.', b: '.' })).toThrow("must not be '.' or '..'");
    expect(previewOf(two, { a: '.', b: 'x' }).url).toBe('https://api.acme.com/v1/.x/x');
  });

  it.each([
    ['', 'must not be empty'],
    [undefined, 'is required'],
  ])('%j is refused', (id, message) => {
    expect(failureOf(() => pathOf(id)).body.details.issues).toEqual([{ path: 'arguments.id', message }]);
  });

  it('lists are joined by commas, and numbers are written out', () => {
    expect(pathOf([1, 'b/c'])).toBe('/v1/a/1,b%2Fc/b');
    expect(pathOf(12)).toBe('/v1/a/12/b');
  });

  // Of fast-check's own, `unit: 'binary'` takes seconds to prepare.
  const anyCharacters = fc
    .array(
      fc.integer({ min: 0, max: 0x10ffff }).filter((code) => code < 0xd800 || code > 0xdfff),
      { maxLength: 12 },
    )
    .map((codes) => String.fromCodePoint(...codes));

  it('any text either stays inside its segment or is refused', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ maxLength: 12 }), anyCharacters), (id) => {
        let url: string;
        try {
          url = previewOf(tool, { id }).url;
        } catch (error) {
          return void failureOf(() => {
            throw error;
          });
        }
        const parsed = new URL(url);
        expect(parsed.origin).toBe('https://api.acme.com');
        expect(parsed.href).toBe(url);
        expect(decodeURIComponent(parsed.pathname.slice('/v1/a/'.length, -'/b'.length))).toBe(id);
      }),
    );
  });
});

describe('tenant variables', () => {
  const zendesk = (pattern?: string, rest: Record<string, unknown> = {}) =>
    toolOf(
      { request: { method: 'GET', path: '/tickets' } },
      {
        base_url: 'https://{subdomain}.zendesk.com/api/{version}',
        variables: { subdomain: pattern === undefined ? {} : { pattern }, version: { default: 'v2', pattern: '^.*$' } },
        ...rest,
      },
    );
  const urlFor = (tool: ReturnType<typeof zendesk>, variables: Record<string, string>): string =>
    previewOf(tool, {}, { variables }).url;

  it('fill the base URL', () => {
    expect(urlFor(zendesk(), { subdomain: 'Acme' })).toBe('https://acme.zendesk.com/api/v2/tickets');
    expect(zendesk().hosts).toEqual(['{subdomain}.zendesk.com']);
    expect(zendesk().hostsFor({ subdomain: 'acme' })).toEqual(['acme.zendesk.com']);
    expect(zendesk().baseUrlFor({ subdomain: 'acme' })).toBe('https://acme.zendesk.com/api/v2');
  });

  it('are required unless they have a default', () => {
    expect(failureOf(() => urlFor(zendesk(), {})).body).toMatchObject({
      code: 'connection_missing',
      details: { issues: [{ path: 'variables.subdomain', message: 'is required' }] },
    });
  });

  it.each(['evil.com/', 'a.b', 'a/..', 'a@b', 'a#', 'a b', 'x'.repeat(64)])(
    '%j breaks the pattern and is refused without being repeated',
    (subdomain) => {
      const { body } = failureOf(() => urlFor(zendesk(), { subdomain }));
      expect(body).toMatchObject({ code: 'egress_denied', details: { issues: [{ path: 'variables.subdomain' }] } });
      expect(JSON.stringify(body)).not.toContain(JSON.stringify(subdomain).slice(1, -1));
    },
  );

  it.each(['evil.com/', 'evil.com?', 'evil.com#', 'a@evil', 'evil:443', 'a..b', 'é'])(
    '%j cannot end the host even where the pattern lets all through',
    (subdomain) => {
      expect(failureOf(() => urlFor(zendesk('^.*$'), { subdomain })).body.code).toBe('egress_denied');
    },
  );

  it('the whole value must match, not a part of it', () => {
    expect(failureOf(() => urlFor(zendesk('[a-z]+|x'), { subdomain: 'abc1' })).body.code).toBe('egress_denied');
    expect(urlFor(zendesk('[a-z]+|x'), { subdomain: 'abc' })).toContain('abc.zendesk.com');
  });

  it('stay inside their segment of the base path', () => {
    expect(urlFor(zendesk(), { subdomain: 'a', version: 'v/2?' })).toBe('https://a.zendesk.com/api/v%2F2%3F/tickets');
    expect(failureOf(() => urlFor(zendesk(), { subdomain: 'a', version: '..' })).body.code).toBe('egress_denied');
  });

  it('fill hosts of the credential, which then reach one tenant alone', () => {
    const tool = toolOf(
      { request: { method: 'GET', path: '/x', base_url: 'https://{region}.files.acme.com' } },
      {
        base_url: 'https://api.acme.com',
        auth: { type: 'bearer', hosts: ['api.acme.com', '{region}.files.acme.com'] },
        variables: { region: {} },
      },
    );
    expect(tool.hostsFor({ region: 'eu' })).toEqual(['api.acme.com', 'eu.files.acme.com']);
    expect(urlFor(tool, { region: 'eu' })).toBe('https://eu.files.acme.com/x');
    expect(failureOf(() => tool.hostsFor({ region: 'e.u' })).code).toBe('egress_denied');
  });

  it('may be the whole host, then with a port', () => {
    const tool = toolOf({}, { base_url: 'https://{host}/x', variables: { host: { pattern: '^[a-z.:0-9]+$' } } });
    expect(urlFor(tool, { host: 'erp.acme.com:8443' })).toBe('https://erp.acme.com:8443/x/things');
    expect(urlFor(tool, { host: 'erp.acme.com:443' })).toBe('https://erp.acme.com/x/things');
  });

  it('may stand in a path', () => {
    const tool = toolOf(
      { request: { method: 'GET', path: '/{realm}/x' } },
      { variables: { realm: { pattern: '^.+$' } } },
    );
    expect(urlFor(tool, { realm: 'a/b' })).toBe('https://api.acme.com/v1/a%2Fb/x');
    expect(failureOf(() => urlFor(tool, {})).body.code).toBe('connection_missing');
  });
});

describe('base URLs of documents', () => {
  it.each([
    ['https://api.acme.com/a/../b', 'base_url: is not a URL in its normal form'],
    ['https://127.1/', 'base_url: is not a URL in its normal form'],
    ['https://user@api.acme.com', 'base_url: must not carry a user name or password'],
    ['https://{nope}.acme.com', "base_url: names 'nope', which is neither a parameter nor a variable"],
    ['https://a{b', "base_url: has a stray '{'; write '{{' for a literal brace"],
  ])('%s is refused', (url, issue) => {
    expect(issuesIn({}, { base_url: url })).toContain(issue);
  });

  it('are kept in lower case without a default port or trailing slash', () => {
    expect(previewOf(toolOf({}, { base_url: 'https://API.acme.com:443/v2/' })).url).toBe(
      'https://api.acme.com/v2/things',
    );
  });

  it('of one request must be on a host of the credential', () => {
    const request = { method: 'GET' as const, path: '/x', base_url: 'https://files.acme.com' };
    expect(issuesIn({ request })).toEqual([
      "tools.do_it.request.base_url: has a host that is not among the integration's hosts",
    ]);
    expect(
      previewOf(toolOf({ request }, { auth: { type: 'bearer', hosts: ['api.acme.com', '*.acme.com'] } })).url,
    ).toBe('https://files.acme.com/x');
  });
});
