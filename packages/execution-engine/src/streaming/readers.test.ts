import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NdjsonReader } from './ndjson-reader.ts';
import { BytePieceReader, TextPieceReader } from './piece-reader.ts';
import { SseReader } from './sse-reader.ts';
import { type ItemReader, maxItemLength, StreamProblem } from './stream-item.ts';

const sse = (end: string | null = null, data: 'auto' | 'json' | 'text' = 'auto') => new SseReader({ end, data });

/** The items of a text, read in pieces cut at these places. */
function read(reader: ItemReader, text: string, cuts: readonly number[] = []): unknown[] {
  const bytes = Buffer.from(text);
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  const items = [];
  let from = 0;
  for (const to of [...places, bytes.length]) {
    items.push(...reader.push(bytes.subarray(from, to)));
    from = to;
  }
  return [...items, ...reader.end()].map(({ value }) => value);
}

const cuts = fc.array(fc.nat(10_000), { maxLength: 30 });
const lineEnd = fc.constantFrom('\n', '\r', '\r\n');
const oneLine = fc.string({ unit: 'grapheme', maxLength: 20 }).map((text) => text.replace(/[\r\n\u0085]/g, ''));

describe('an event stream', () => {
  it.each<[string, string, unknown[]]>([
    ['several data lines', 'data: a\ndata: b\n\n', [{ event: 'message', data: 'a\nb' }]],
    [
      'one space after the colon, no more',
      'data:a\n\ndata:  b\n\n',
      ['a', ' b'].map((data) => ({ event: 'message', data })),
    ],
    [
      'a name and an id, the id kept',
      'event: x\nid: 7\ndata: a\n\ndata: b\n\n',
      [
        { event: 'x', id: '7', data: 'a' },
        { event: 'message', id: '7', data: 'b' },
      ],
    ],
    [
      'an id taken back',
      'id: 7\ndata: a\n\nid\ndata: b\n\n',
      [
        { event: 'message', id: '7', data: 'a' },
        { event: 'message', data: 'b' },
      ],
    ],
    ['an id with a NUL, which is none', 'id: a\0b\ndata: a\n\n', [{ event: 'message', data: 'a' }]],
    [
      'comments and unknown fields',
      ': ping\nretry: 10\nfoo: bar\n\n:\n\ndata: a\n\n',
      [{ event: 'message', data: 'a' }],
    ],
    ['an event without data, and its name forgotten', 'event: x\n\ndata: a\n\n', [{ event: 'message', data: 'a' }]],
    [
      'empty data',
      'data\n\ndata:\ndata\n\n',
      [
        { event: 'message', data: '' },
        { event: 'message', data: '\n' },
      ],
    ],
    ['an event that the end cuts off', 'data: a\n\ndata: b\n', [{ event: 'message', data: 'a' }]],
    ['a byte order mark', '\uFEFFdata: a\n\n', [{ event: 'message', data: 'a' }]],
    [
      'JSON',
      'data: {"a":[1]}\n\ndata: {not}\n\ndata: 12\n\n',
      [
        { event: 'message', data: { a: [1] } },
        { event: 'message', data: '{not}' },
        { event: 'message', data: '12' },
      ],
    ],
  ])('with %s is read as the standard says', (_what, text, expected) => {
    expect(read(sse(), text)).toEqual(expected);
  });

  it('ends at the data that the document names, whatever follows', () => {
    const reader = sse('[DONE]');
    expect(read(reader, 'data: a\n\ndata: [DONE]\n\ndata: b\n\n')).toEqual([{ event: 'message', data: 'a' }]);
    expect(reader.ended).toBe(true);
  });

  it('keeps JSON as text, or insists on it, where the document says so', () => {
    expect(read(sse(null, 'text'), 'data: {"a":1}\n\n')).toEqual([{ event: 'message', data: '{"a":1}' }]);
    expect(read(sse(null, 'json'), 'data: 12\n\n')).toEqual([{ event: 'message', data: 12 }]);
    expect(() => read(sse(null, 'json'), 'data: {not}\n\n')).toThrow(StreamProblem);
  });

  it('may not hold an event, or a line, beyond the limit', () => {
    expect(() => read(sse(), `data: ${'x'.repeat(maxItemLength)}`)).toThrow(/line of more/);
    expect(() => read(sse(), `data: ${'x'.repeat(60_000)}\n`.repeat(5))).toThrow(/event of more/);
  });

  it('reads the same events however it is cut, and whichever line ends it has', () => {
    const event = fc.record({
      name: fc.option(oneLine),
      id: fc.option(oneLine),
      data: fc.array(oneLine, { minLength: 1, maxLength: 3 }),
    });
    fc.assert(
      fc.property(fc.array(event, { maxLength: 8 }), fc.infiniteStream(lineEnd), cuts, (events, ends, at) => {
        const nl = (): string => ends.next().value as string;
        let id = '';
        let text = '';
        const expected = events.map(({ name, id: own, data }) => {
          if (own !== null && !own.includes('\0')) id = own;
          if (name !== null) text += `event: ${name}${nl()}`;
          if (own !== null) text += `id: ${own}${nl()}`;
          text += `: comment${nl()}`;
          for (const line of data) text += `data: ${line}${nl()}`;
          // Not CR then LF: that would be one line end.
          text += text.endsWith('\r') ? '\r' : nl();
          return { event: name || 'message', ...(id !== '' && { id }), data: data.join('\n') };
        });
        expect(read(sse(null, 'text'), text, at)).toEqual(expected);
      }),
      { numRuns: 300 },
    );
  });
});

/** Without the keys that are dropped from whatever an upstream sends, and the integers that are kept as texts. */
const harmless = fc.jsonValue().filter((value) => !/"(?:__proto__|constructor)":|\d{16}/.test(JSON.stringify(value)));

describe('lines of JSON', () => {
  it('read the same values however they are cut', () => {
    fc.assert(
      fc.property(fc.array(harmless, { maxLength: 8 }), fc.infiniteStream(lineEnd), cuts, (values, ends, at) => {
        const text = values.map((value) => JSON.stringify(value) + (ends.next().value as string)).join('');
        expect(read(new NdjsonReader(), text, at)).toEqual(JSON.parse(JSON.stringify(values)));
      }),
      { numRuns: 300 },
    );
  });

  it('may have blank lines, and a last line without an end', () => {
    expect(read(new NdjsonReader(), '\n{"a":1}\r\n  \n2')).toEqual([{ a: 1 }, 2]);
  });

  it.each([
    ['a line that is not JSON', '{"a":1}\n{"a":\n', /is not valid JSON/],
    ['a value nested too deeply', `${'['.repeat(200)}${']'.repeat(200)}\n`, /nested too deeply/],
    ['a line beyond the limit', `"${'x'.repeat(maxItemLength)}"`, /line of more/],
  ])('are refused for %s', (_what, text, message) => {
    expect(() => read(new NdjsonReader(), text)).toThrow(message);
  });

  it('are refused when they are not UTF-8', () => {
    expect(() => new NdjsonReader().push(Buffer.from([0x22, 0xff, 0x22, 0x0a]))).toThrow(/UTF-8/);
    const cut = new NdjsonReader();
    cut.push(Buffer.from([0x22, 0xc3]));
    expect(() => cut.end()).toThrow(/UTF-8/);
  });
});

describe('pieces', () => {
  it('of text join to the text, no character cut in two', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 50 }), cuts, (text, at) => {
        const pieces = read(new TextPieceReader(), text.toWellFormed(), at) as string[];
        expect(pieces.join('')).toBe(text.toWellFormed().replace(/^\uFEFF/, ''));
        for (const piece of pieces) expect(piece.isWellFormed()).toBe(true);
      }),
    );
    const long = '😀'.repeat(10_000);
    const pieces = read(new TextPieceReader(), `a${long}`) as string[];
    expect(pieces.join('')).toBe(`a${long}`);
    expect(pieces.every((piece) => piece.isWellFormed() && piece.length <= 8_192)).toBe(true);
    expect(() => read(new TextPieceReader(), '').concat(new TextPieceReader().push(Buffer.from([0xff])))).toThrow(
      /UTF-8/,
    );
  });

  it('of bytes are the bytes', () => {
    const bytes = Buffer.from(Array.from({ length: 20_000 }, (_, i) => i % 256));
    const reader = new BytePieceReader();
    const pieces = reader.push(bytes).map(({ value }) => Buffer.from(value as string, 'latin1'));
    expect(Buffer.concat(pieces).equals(bytes)).toBe(true);
    expect(reader.end()).toEqual([]);
  });
});
