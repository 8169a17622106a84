import { describe, expect, it } from 'vitest';
import { linkTarget } from './link-header.ts';

describe('a Link header', () => {
  it.each([
    [
      '<https://api.example.com/x?page=2>; rel="next", <https://api.example.com/x?page=9>; rel="last"',
      'https://api.example.com/x?page=2',
    ],
    ['<https://a.example/1,2;3>; title="a, b; rel=\\"next\\""; rel=prev, </y>; REL="last NEXT"', '/y'],
    ['</a>; rel="prev"; rel="next", </b>;rel=next', '/b'],
    ['</a>', null],
    ['', null],
    ['nonsense, </a>; rel=next', null],
    ['</a>; rel="unfinished', null],
  ])('%s leads to %s', (header, target) => {
    expect(linkTarget(header, 'next')).toBe(target);
  });

  it('may be repeated, and is not read without end', () => {
    expect(linkTarget(['</a>; rel=prev', '</b>; rel=next'], 'next')).toBe('/b');
    expect(linkTarget(`<${'a'.repeat(10_000)}>; rel=next`, 'next')).toBeNull();
    expect(linkTarget(undefined, 'next')).toBeNull();
  });
});
