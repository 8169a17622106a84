import { describe, expect, it } from 'vitest';
import vectors from '../vectors/ssrf.json' with { type: 'json' };
import { checkUrl } from './check-url.ts';

const withHttp = { allowHttp: true };

describe('the published request-forgery vectors', () => {
  it('are 135 to refuse, each once, and 14 to allow', () => {
    expect(new Set(vectors.refused.map(({ url }) => url)).size).toBe(135);
    expect(vectors.refused).toHaveLength(135);
    expect(vectors.allowed).toHaveLength(14);
  });

  it('name one reason for each group', () => {
    const reasons = new Set(vectors.refused.map(({ group, reason }) => `${group} ${reason}`));
    expect(reasons.size).toBe(new Set(vectors.refused.map(({ group }) => group)).size);
  });

  it.each(vectors.refused)('refuse $url as $group', ({ url, reason }) => {
    expect(checkUrl(url, withHttp)).toEqual({ ok: false, reason });
  });

  it.each(vectors.refused)('refuse $url with http off too', ({ url }) => {
    expect(checkUrl(url).ok).toBe(false);
  });

  it.each(vectors.allowed)('allow $url', ({ url }) => {
    const checked = checkUrl(url, withHttp);
    expect(checked).toMatchObject({ ok: true });
    expect(checked.ok && checked.url.href).toBe(url);
  });
});

describe('checkUrl', () => {
  const reasonOf = (url: string, options = {}): string | null => {
    const checked = checkUrl(url, options);
    return checked.ok ? null : checked.reason;
  };

  it('refuses http unless it is allowed', () => {
    expect(reasonOf('http://api.example.com/')).toBe('scheme_not_allowed');
    expect(reasonOf('HTTPS://API.example.com/')).toBeNull();
  });

  it('refuses user info even when it is empty', () => {
    expect(reasonOf('https://@api.example.com/')).toBe('userinfo_not_allowed');
  });

  it('allows further ports when told so', () => {
    expect(reasonOf('https://api.example.com:9443/')).toBe('port_not_allowed');
    expect(reasonOf('https://api.example.com:9443/', { ports: [9443] })).toBeNull();
    expect(reasonOf('https://api.example.com:9443/', { ports: 'any' })).toBeNull();
  });

  it.each([
    'https://api.example.com/v1/../admin',
    'https://api.example.com/v1/./x',
    'https://api.example.com/v1/%2e%2e/admin',
    'https://api.example.com/v1/.%2E',
    'https://api.example.com/v1/..%2fadmin',
    'https://api.example.com/v1/%5c..%5cadmin',
    'https://api.example.com/v1/x%00',
    'https://api.example.com/..',
  ])('refuses the path of %s', (url) => {
    expect(reasonOf(url)).toBe('path_not_allowed');
  });

  it.each([
    'https://api.example.com/.well-known/jwks.json',
    'https://api.example.com/v1/a..b/...',
    'https://api.example.com//evil.example.org/x',
    'https://api.example.com/v1/projects/group%2Fproject',
    'https://api.example.com/search?q=line%0Abreak&up=../x',
    'https://api.example.com?q=1',
  ])('allows %s', (url) => {
    expect(reasonOf(url)).toBeNull();
  });

  it('exempts a trusted origin from the rules of scheme, port, address and name, and from no other', () => {
    const options = { trustedOrigins: new Set(['http://127.0.0.1:4010', 'http://sandbox:8080']) };
    expect(reasonOf('http://127.0.0.1:4010/x', options)).toBeNull();
    expect(reasonOf('http://sandbox:8080/x', options)).toBeNull();
    expect(reasonOf('http://127.0.0.1:4011/x', options)).toBe('scheme_not_allowed');
    expect(reasonOf('https://127.0.0.1:4010/x', options)).toBe('address_not_public');
    expect(reasonOf('http://user@127.0.0.1:4010/x', options)).toBe('userinfo_not_allowed');
    expect(reasonOf('http://127.0.0.1:4010/%0d', options)).toBe('path_not_allowed');
  });
});
