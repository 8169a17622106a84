import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import vectors from '../vectors/ssrf.json' with { type: 'json' };
import { checkUrl } from './check-url.ts';
import { isPublicAddress } from './public-address.ts';
import { createTargetFinder } from './target.ts';

const rules = { trustedOrigins: new Set<string>(), isPublic: isPublicAddress };

describe('the target finder', () => {
  it('gives one target to every URL of an origin, and the path of each', () => {
    const find = createTargetFinder(rules);
    const urls = [
      'https://api.example.com',
      'https://api.example.com/a?b=c#d',
      'https://api.example.com?x',
      'https://api.example.com/a%20b/ü',
    ];
    const destinations = urls.map((url) => find(url));
    expect(destinations.map((destination) => typeof destination === 'object' && destination.path)).toEqual([
      '/',
      '/a?b=c',
      '/?x',
      '/a%20b/%C3%BC',
    ]);
    expect(new Set(destinations.map((destination) => typeof destination === 'object' && destination.target)).size).toBe(
      1,
    );
    expect(find('https://api.example.com?y=1')).toMatchObject({ path: '/?y=1' });
  });

  it('describes the target', () => {
    const find = createTargetFinder({ ...rules, trustedOrigins: new Set(['http://[::1]:4010']) });
    expect(find('https://API.example.com:443/')).toMatchObject({
      target: {
        origin: 'https://api.example.com',
        hostname: 'api.example.com',
        port: 443,
        literal: null,
        trusted: false,
        portIsOpen: true,
      },
    });
    expect(find('https://api.example.com:9443/')).toMatchObject({ target: { port: 9443, portIsOpen: false } });
    expect(find('http://[::1]:4010/')).toMatchObject({ target: { literal: '::1', trusted: true, portIsOpen: true } });
  });

  it('judges every path anew, remembered origin or not', () => {
    const find = createTargetFinder(rules);
    expect(find('https://api.example.com/ok')).toMatchObject({ path: '/ok' });
    for (const path of ['/../x', '/%2e%2e/x', '/%0d%0a', '/..%2Fx', '/x%00']) {
      expect(find(`https://api.example.com${path}`)).toBe('path_not_allowed');
    }
    for (const path of ['/a b', '/a\\b', '/a\tb', '/a\n'])
      expect(find(`https://api.example.com${path}`)).toBe('url_raw_refused');
    expect(find('https://api.example.com/.well-known/x')).toMatchObject({ path: '/.well-known/x' });
  });

  it('refuses every published vector twice over, remembering none', () => {
    const find = createTargetFinder(rules);
    for (const { url } of [...vectors.refused, ...vectors.refused]) {
      const found = find(url.replace(/^http:/, 'https:'));
      // A port is for the allow-list of hosts to judge.
      if (typeof found === 'object') expect(found.target.portIsOpen).toBe(false);
    }
  });

  it('finds what the full check finds, whatever the path', () => {
    const find = createTargetFinder(rules);
    const pieces = fc.constantFrom(
      '/',
      '.',
      '..',
      '%2e',
      '%2F',
      '%5c',
      '%0a',
      '%00',
      '%25',
      '?',
      '#',
      'a',
      '=',
      '&',
      "'",
      '"',
      '|',
      '{',
      '<',
      '[',
      ' ',
      '\\',
      'ü',
      '€',
      '@',
      ':',
      '%',
      '+',
      '~',
      '^',
      '`',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }), (path) => {
        const url = `https://api.example.com/${path.join('')}`;
        const checked = checkUrl(url);
        const found = find(url);
        if (!checked.ok) expect({ url, found }).toEqual({ url, found: checked.reason });
        else expect({ url, found }).toMatchObject({ url, found: { path: checked.url.pathname + checked.url.search } });
      }),
      { numRuns: 20_000, seed: 7 },
    );
  });

  it('forgets when it has seen too many origins, and judges the same after', () => {
    const find = createTargetFinder(rules);
    for (let index = 0; index < 2_100; index += 1) find(`https://h${index}.example.com/`);
    expect(find('https://h1.example.com/x')).toMatchObject({ path: '/x' });
    expect(find('https://127.0.0.1/')).toBe('address_not_public');
  });
});
