import type { IntegrationDocument } from '@patchbay/contracts';
import { describe, expect, it } from 'vitest';
import { edited, soundDocument } from './broken-documents.fixture.ts';
import { expansionsOf } from './enumerated-pattern.ts';
import { lintDocument } from './lint/lint-document.ts';
import { normaliseDocument } from './normalise-document.ts';

const host = { own_host: true, pattern: '^[a-z0-9][a-z0-9.-]{0,99}\\.[a-z]{2,24}$', example: 'shop.example.com' };
const own = () => ({ base_url: 'https://{shop}/api', 'auth.hosts': ['{shop}'], variables: { shop: { ...host } } });

function problems(changes: Record<string, unknown>): string[] {
  const result = normaliseDocument(edited(soundDocument(), { ...own(), ...changes }));
  return result.ok ? [] : result.issues.map(({ path }) => path);
}

describe('a host of the tenant’s own', () => {
  it('is taken where a variable says so, and the linter has nothing against it', () => {
    const result = normaliseDocument(edited(soundDocument(), own()));
    expect(result).toMatchObject({ ok: true });
    const rules = lintDocument((result as { document: IntegrationDocument }).document).map(({ rule }) => rule);
    expect(rules).not.toContain('free-host');
  });

  it.each([
    ['an address of a machine', 'variables.shop.pattern', { 'variables.shop.pattern': '^[a-z0-9.]{1,40}$' }],
    ['no example', 'variables.shop.example', { 'variables.shop.example': undefined }],
    ['a part of a host', 'base_url', { base_url: 'https://{shop}.example/api' }],
    ['another host for its credential', 'auth.hosts[1]', { 'auth.hosts': ['{shop}', 'api.example.com'] }],
    [
      'a say in where the client proves itself',
      'auth.token_url',
      { auth: { type: 'oauth2', hosts: ['{shop}'], token_url: 'https://{shop}/token' } },
    ],
  ])('cannot have %s', (_what, path, changes) => {
    expect(problems(changes)).toContain(path);
  });
});

describe('a variable whose values are listed', () => {
  const variables = (pattern: string) => ({ dc: { pattern } });

  it.each([
    ['^(com|eu|com\\.au)$', ['a.com', 'a.eu', 'a.com.au']],
    ['^(?:com|eu)$', ['a.com', 'a.eu']],
    ['^com$', ['a.com']],
    ['^(com|eu)?$', ['a.{dc}']],
    ['^(com|e.)$', ['a.{dc}']],
    ['^[a-z]{2}$', ['a.{dc}']],
  ])('%s makes %j', (pattern, texts) => {
    expect(expansionsOf('a.{dc}', variables(pattern))).toEqual(texts);
  });

  it('is at home where all its hosts are listed', () => {
    const changes = { base_url: 'https://api.desk.{dc}', variables: { dc: { pattern: '^(com|eu)$', example: 'eu' } } };
    expect(problems({ ...changes, 'auth.hosts': ['api.desk.com', 'api.desk.eu'] })).toEqual([]);
    expect(problems({ ...changes, 'auth.hosts': ['api.desk.com'] })).toContain('base_url');
  });
});

describe('a variable that stands in no URL', () => {
  const named = (pattern: string) => ({
    headers: { 'X-Org': '{org}' },
    variables: { shop: host, org: { pattern, example: 'a@b' } },
  });

  it('may hold what a URL could not, but no control characters and not nothing', () => {
    expect(problems(named('^[A-Za-z@/:]{1,40}$'))).toEqual([]);
    expect(problems(named('^[^x]{1,40}$'))).toEqual(['variables.org.pattern']);
    expect(problems(named('^[A-Za-z@]{0,40}$'))).toEqual(['variables.org.pattern']);
  });
});
