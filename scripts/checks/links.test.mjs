import { describe, expect, it } from 'vitest';
import { findings } from './links.mjs';
import { repositoryOf } from './repository.mjs';

const check = (text, others = {}) =>
  findings(
    repositoryOf({
      'docs/a.md': text,
      'docs/b.md': '# One two\n## `code` and [link](x.md)!\n## One two\n',
      'docs/x.md': '',
      'src/c.ts': '',
      ...others,
    }),
  );

describe('links', () => {
  it.each([
    '[x](b.md)',
    '[x](./b.md#one-two)',
    '[x](b.md#one-two-1)',
    '[x](b.md#code-and-link)',
    '[x](../src/c.ts)',
    '[x](../src)',
    '[x](../src/)',
    '[x](https://example.com/y)',
    '[x](mailto:a@b.c)',
    '[x]: b.md',
    '![x](b.md "title")',
    '`[x](nowhere.md)`',
  ])('accepts %s', (text) => {
    expect(check(text)).toEqual([]);
  });

  it.each([
    ['[x](nowhere.md)', 'docs/a.md:2 links to nowhere.md, and there is no docs/nowhere.md'],
    ['[x]: ../nowhere.ts', 'docs/a.md:2 links to ../nowhere.ts, and there is no nowhere.ts'],
    ['[x](b.md#three)', 'docs/a.md:2 links to b.md#three, and docs/b.md has no such heading'],
    ['[x](#here)', 'docs/a.md:2 links to #here, and docs/a.md has no such heading'],
  ])('reports %s', (text, finding) => {
    expect(check(`\n${text}`)).toEqual([finding]);
  });

  it('leaves code fences alone', () => {
    expect(check('```md\n[x](nowhere.md)\n```\n')).toEqual([]);
    expect(check('```md\n```\n[x](nowhere.md)\n')).toHaveLength(1);
  });
});
