import { describe, expect, it } from 'vitest';
import { patternProblem } from './pattern-safety.ts';

describe('patternProblem', () => {
  it.each([
    '^[a-z0-9-]{1,63}$',
    '^a*$',
    '^(?:ab)+$',
    'abc',
    '\\d{4}',
    '^\\d{4}-\\d{2}$',
    '^x?$',
    '^(?<year>\\d{4})$',
    '^[\\]]{1,3}$',
    '^\\p{L}{1,40}$',
    '^(cat|dog)$',
    '^003[A-Za-z0-9]{12}(?:[A-Za-z0-9]{3})?$',
    '^[A-Za-z0-9._%-]{1,64}@[a-z0-9.-]{1,255}$',
    '^a{2,}$',
    '^[^\\s]+?$',
    '^\\u{1F600}$',
  ])('takes %s', (pattern) => {
    expect(patternProblem(pattern)).toBeUndefined();
  });

  it.each([
    ['(a', 'not a valid'],
    ['^(a+)+$', 'too many ways'],
    ['^(a|a)*$', 'too many ways'],
    ['^(a?){40}$', 'too many ways'],
    ['^(?:a{1,2}){30}$', 'too many ways'],
    [
      '^(?:a|b)(?:a|b)(?:a|b)(?:a|b)(?:a|b)(?:a|b)(?:a|b)(?:a|b)(?:a|b)(?:a|b)(?:a|b)(?:a|b)(?:a|b)(?:a|b)(?:a|b)(?:a|b)(?:a|b)(?:a|b)(?:a|b)(?:a|b)$',
      'too many ways',
    ],
    ['^a{0,1000}a{0,1000}a{0,1000}b$', 'too many ways'],
    ['^(?:a+){2}$', 'too many ways'],
    ['^a+b+$', 'at most one of'],
    ['^(?:a+|b+)$', 'at most one of'],
    ['a+$', 'must begin with ^'],
    ['^a+|b$', 'must begin with ^'],
    ['[a-z]{1,500}', 'too many ways'],
    ['^(a)\\1$', 'refer back'],
    ['^(?<x>a)\\k<x>$', 'refer back'],
    ['^(?=a)a$', 'look ahead'],
    ['^(?<!a)b$', 'look ahead'],
    [`^${'a'.repeat(200)}$`, 'at most 200'],
  ])('refuses %s', (pattern, reason) => {
    expect(patternProblem(pattern)).toContain(reason);
  });

  it('bounds the work of every pattern it takes, on the texts that hurt most', () => {
    // A backtracking engine that explores all ways would not finish the refused ones; the accepted ones end at once.
    for (const pattern of ['^[a-z0-9-]{1,63}$', '^(?:ab)+$', '^[A-Za-z0-9._%-]{1,64}@[a-z0-9.-]{1,255}$']) {
      expect(new RegExp(pattern, 'u').test(`${'ab'.repeat(50_000)}!`)).toBe(false);
    }
  });
});
