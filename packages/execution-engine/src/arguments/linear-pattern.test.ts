import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LinearPattern } from './linear-pattern.ts';
import { compilePattern } from './linear-pattern.ts';

function pattern(source: string): LinearPattern {
  const compiled = compilePattern(source);
  if (typeof compiled === 'string') throw new Error(`${source}: ${compiled}`);
  return compiled;
}

describe('compilePattern', () => {
  it.each([
    ['^[A-Za-z0-9-]{1,63}$', ['acme', 'a-b', '', 'a b', 'x'.repeat(64)]],
    ['^[a-z0-9]+(?:-[a-z0-9]+)*$', ['a', 'a-b-c', '-a', 'a--b', 'a-']],
    ['^[\\w.+-]+@[\\w-]+\\.[\\w.-]+$', ['a@b.co', 'a@b', '@b.co', 'a.b+c@d-e.co.uk']],
    ['colou?r', ['my color', 'colour!', 'colr']],
    ['^(?:foo|ba[rz]|)$', ['foo', 'bar', 'baz', '', 'ba', 'foofoo']],
    ['^(?<year>\\d{4})-(\\d{2})$', ['2026-01', '2026-1', '12026-01']],
    ['\\bcat\\b', ['a cat sat', 'concat', 'cat', 'cats']],
    ['\\Bcat', ['concat', 'cat']],
    ['^(a|b){2,3}$', ['a', 'ab', 'aba', 'abab']],
    ['^(?:ab){2,}c?$', ['ab', 'abab', 'ababc', 'abababcc']],
    ['^\\p{L}+(?: \\p{L}+)*$', ['Zoë Ünal', 'a1', 'Łódź']],
    ['^[^\\]x]*.$', ['abc', ']', 'x', '', '\n']],
    ['^\\u{1F600}+(a)?$', ['😀', '😀😀a', 'a']],
    ['^\\x41\\u0042\\cJ?$', ['AB', 'AB\n', 'B']],
    ['(a*)*b', ['aaab', 'aaa', 'b']],
    ['^\\(?=[(?=]+$', ['(=?', '==', '=']],
  ])('agrees with the JavaScript engine about %s', (source, texts) => {
    const compiled = pattern(source);
    const native = new RegExp(source, 'u');
    for (const text of texts) expect([text, compiled.test(text)]).toEqual([text, native.test(text)]);
  });

  it('agrees with the JavaScript engine about random patterns and texts', () => {
    const atom = fc.constantFrom('a', 'b', '.', '[ab]', '[^a]', '\\w', '\\d', '^', '$', '\\b', 'é');
    const { tree } = fc.letrec<{ tree: string }>((tie) => ({
      tree: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        atom,
        fc.tuple(tie('tree'), tie('tree')).map(([left, right]) => left + right),
        fc.tuple(tie('tree'), tie('tree')).map(([left, right]) => `(?:${left}|${right})`),
        fc
          .tuple(tie('tree'), fc.constantFrom('*', '+', '?', '{0,2}', '{2}', '{1,}', '+?'))
          .map(([item, sign]) => `(?:${item})${sign}`),
      ),
    }));
    fc.assert(
      fc.property(
        tree,
        fc.string({ unit: fc.constantFrom('a', 'b', '1', ' ', 'é', '\n'), maxLength: 8 }),
        (source, text) => {
          fc.pre(source.length <= 200);
          expect(pattern(source).test(text)).toBe(new RegExp(source, 'u').test(text));
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ['(', 'is not a regular expression'],
    [`^${'a'.repeat(200)}`, 'is longer than 200 characters'],
    ['^(?=a)b', 'uses look-around or inline flags, which are not supported'],
    ['(?<!a)b', 'uses look-around or inline flags, which are not supported'],
    ['(a)\\1', 'uses a back-reference, which is not supported'],
    ['(?<n>a)\\k<n>', 'uses a back-reference, which is not supported'],
    ['(?:(?:a{100}){100}){100}', 'repeats too much'],
    ['(?:(?:(?:){9999}){9999}){9999}', 'repeats too much'],
  ])('refuses %s', (source, message) => {
    expect(compilePattern(source)).toBe(message);
  });

  it('visits each character a bounded number of times for patterns that make others explode', () => {
    const explosive = pattern('^(?:(?:a|a)+)+$');
    // 2^5000 steps for a backtracking engine: this returns at all only because the work is linear.
    expect(explosive.test(`${'a'.repeat(5_000)}!`)).toBe(false);
    expect(explosive.test('a'.repeat(5_000))).toBe(true);
  });
});
