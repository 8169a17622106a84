import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scrubberOf } from '../auth/scrub.ts';
import { StreamScrubber } from './stream-scrubber.ts';

const token = 'sk-live-0123456789abcdef';
const scrubberFor = (secret = token) => new StreamScrubber(scrubberOf({ type: 'bearer', token: secret }), false);

/** What comes of the items, and how many were held back after each. */
function scrub(items: readonly unknown[], scrubber = scrubberFor()): { out: unknown[]; held: number[] } {
  const out: unknown[] = [];
  const held: number[] = [];
  for (const item of items) {
    out.push(...scrubber.push(item));
    held.push(items.indexOf(item) + 1 - out.length);
  }
  out.push(...scrubber.flush());
  return { out, held };
}

describe('a credential in a stream', () => {
  it('is taken out of one item, of texts and keys', () => {
    expect(scrub([{ a: `x ${token} y`, [token]: 1 }]).out).toEqual([{ a: 'x [secret] y', '[secret]': 1 }]);
  });

  it('is taken out where it is spread over two items, and over many', () => {
    expect(scrub(['the key sk-live-0123', '456789abcdef is bad']).out).toEqual(['the key [secret]', ' is bad']);
    const deltas = [0, 5, 10, 15, 20].map((at) => token.slice(at, at + 5));
    expect(scrub(deltas.map((text) => ({ delta: { text } }))).out).toEqual(
      ['[secret]', '', '', '', ''].map((text) => ({ delta: { text } })),
    );
  });

  it('is taken out but for the first characters where it is cut right after them', () => {
    expect(scrub(['a sk', '-', 'live-0123456789abcdef b']).out.join('')).toBe('a sk-[secret] b');
  });

  it('is taken out at each path by itself, also inside lists', () => {
    const half = [token.slice(0, 12), token.slice(12)];
    expect(
      scrub([
        { a: [{ t: half[0] }], b: 'one' },
        { a: [{ t: half[1] }], b: 'two' },
      ]).out,
    ).toEqual([
      { a: [{ t: '[secret]' }], b: 'one' },
      { a: [{ t: '' }], b: 'two' },
    ]);
  });

  it('holds an item back only while it ends like the beginning of a secret, and keeps the order', () => {
    const { out, held } = scrub(['plain', 'ends with sk-live', ' and goes on', 'end']);
    expect(out).toEqual(['plain', 'ends with sk-live', ' and goes on', 'end']);
    expect(held).toEqual([0, 1, 0, 0]);
  });

  it('lets a beginning alone go at the end of the stream', () => {
    expect(scrub(['sk-live-01']).out).toEqual(['sk-live-01']);
  });

  it('does not hold back for ever: a beginning that nothing follows is taken out itself', () => {
    const items = [{ t: 'begins sk-live' }, ...Array.from({ length: 80 }, (_, n) => ({ n }))];
    const { out, held } = scrub(items);
    expect(Math.max(...held)).toBeLessThanOrEqual(64);
    expect(out).toEqual([{ t: 'begins [secret]' }, ...items.slice(1)]);
  });

  it('is taken out of bytes too', () => {
    const scrubber = new StreamScrubber(scrubberOf({ type: 'bearer', token: 'schlüssel-0123' }), true);
    const text = Buffer.from('a schlüssel-0123 b').toString('latin1');
    expect(scrub([text.slice(0, 8), text.slice(8)], scrubber).out).toEqual(['a [secret]', ' b']);
  });

  it('costs nothing without a credential', () => {
    const item = { a: 1 };
    const scrubber = new StreamScrubber(scrubberOf(null), false);
    expect(scrubber.push(item)[0]).toBe(item);
  });

  it('never gets through, however the text is cut, and what is around it does', () => {
    const noise = fc.constantFrom('sk-', 'sk-live', 'sk-live-0', 'abc', ' ', 'l');
    const parts = fc.array(fc.oneof(noise, fc.constant(token)), { maxLength: 12 });
    fc.assert(
      fc.property(parts, fc.array(fc.nat(200), { maxLength: 20 }), (texts, cuts) => {
        const text = texts.join('');
        const places = [...new Set(cuts.map((cut) => cut % (text.length + 1)))].sort((a, b) => a - b);
        const pieces = [0, ...places].map((from, index) => text.slice(from, places[index] ?? text.length));
        const joined = scrub(pieces).out.join('');
        // A cut after one to three characters of it may leave those.
        expect(joined.replaceAll(/(?:sk-|sk|s)*\[secret\]/g, '[secret]')).toBe(expectedOf(text));
      }),
      { numRuns: 1_000 },
    );
  });
});

/** The text with the credential out, and with it the letters before it that a cut could have made its own. */
function expectedOf(text: string): string {
  return text.replaceAll(token, '[secret]').replaceAll(/(?:sk-|sk|s)*\[secret\]/g, '[secret]');
}
