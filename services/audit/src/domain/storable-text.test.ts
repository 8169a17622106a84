import { describe, expect, it } from 'vitest';
import { mayHoldUnstorable, replaceUnstorable, storableText } from './storable-text.ts';

describe('storable text', () => {
  it('replaces U+0000 and unpaired surrogates, and keeps everything else', () => {
    expect(storableText('a\0b\uD800c\uDC00')).toBe('a\uFFFDb\uFFFDc\uFFFD');
    expect(storableText('café 👍 \u0001')).toBe('café 👍 \u0001');
  });

  it.each([
    ['U+0000', JSON.stringify({ a: '\0' })],
    ['a lone surrogate', JSON.stringify({ a: '\uD800' })],
    ['an upper-case escape', '{"a":"\\uDBFF"}'],
  ])('suspects JSON text with %s', (_, json) => expect(mayHoldUnstorable(json)).toBe(true));

  it('does not suspect ordinary JSON text', () =>
    expect(mayHoldUnstorable(JSON.stringify({ a: 'café 👍\n' }))).toBe(false));

  it('replaces in keys, arrays and nested objects and leaves other values alone', () => {
    expect(replaceUnstorable({ 'k\0': ['\uDFFF', 1, null, true], nested: { x: 'ok' } })).toEqual({
      'k\uFFFD': ['\uFFFD', 1, null, true],
      nested: { x: 'ok' },
    });
  });
});
