import { describe, expect, it } from 'vitest';
import { closestWord } from './closest-word.ts';

describe('closestWord', () => {
  it.each([
    ['raed', ['read', 'write', 'destructive'], 'read'],
    ['destrucive', ['read', 'write', 'destructive'], 'destructive'],
    ['paramters', ['path', 'parameters', 'pagination'], 'parameters'],
    ['subdomian', ['region', 'subdomain'], 'subdomain'],
    ['Risk', ['risk'], 'risk'],
    ['urls', ['url', 'uri'], 'url'],
  ])('takes %s for the nearest', (word, candidates, meant) => {
    expect(closestWord(word, candidates)).toBe(meant);
  });

  it.each([
    ['nonsense', ['crm', 'calendar']],
    ['a', ['xyz']],
    ['read', ['read']],
    ['x', []],
  ])('says nothing for %s when nothing else is near', (word, candidates) => {
    expect(closestWord(word, candidates)).toBeUndefined();
  });
});
