import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonBytes, limitOutput } from './limit-output.ts';

describe('limitOutput', () => {
  it('returns what fits as it is', () => {
    const value = { a: [1, 2] };
    expect(limitOutput(value, undefined, 1_000, false)).toEqual({ output: value, truncated: false });
    expect(limitOutput(value, 2, 1, true).output).toBe(value);
  });

  it('keeps the first items of the first list, and says how many are missing', () => {
    const value = { total: 5, data: { items: [1, 2, 3, 4, 5] } };
    expect(limitOutput(value, 2, 10_000, false)).toEqual({
      output: { total: 5, data: { items: [1, 2] }, _truncated: { list: 'data.items', items_left_out: 3 } },
      truncated: true,
    });
    expect(value.data.items).toHaveLength(5);
    expect(limitOutput([1, 2, 3], 1, 10_000, false).output).toEqual({
      items: [1],
      _truncated: { list: '', items_left_out: 2 },
    });
    expect(limitOutput({ a: { b: { c: { d: [1, 2] } } } }, 1, 10_000, false).truncated).toBe(false);
    expect(limitOutput('text', 1, 10_000, false)).toEqual({ output: 'text', truncated: false });
  });

  it('drops items until the bytes fit', () => {
    const items = Array.from({ length: 100 }, (_, id) => ({ id, text: 'x'.repeat(50) }));
    const { output, truncated } = limitOutput({ items }, 80, 1_000, false) as {
      output: { items: unknown[]; _truncated: unknown };
      truncated: boolean;
    };
    expect(truncated).toBe(true);
    expect(output.items.length).toBeGreaterThan(5);
    expect(output._truncated).toEqual({ list: 'items', items_left_out: 100 - output.items.length });
    expect(jsonBytes(output)).toBeLessThanOrEqual(1_000);
  });

  it('cuts long texts where there is no list, or one item is too long, and names them', () => {
    const record = limitOutput({ id: 1, body: 'é'.repeat(5_000) }, undefined, 2_000, false).output as { body: string };
    expect(record).toMatchObject({ id: 1, _truncated: { texts_cut: ['body'] } });
    expect(record.body).toBe(`${'é'.repeat(500)}…`);
    const list = limitOutput([{ body: 'x'.repeat(5_000), n: null }, 1], undefined, 1_000, false).output;
    expect(list).toMatchObject({
      items: [{ n: null }],
      _truncated: { items_left_out: 1, texts_cut: ['items[0].body'] },
    });
    expect(limitOutput([['x'.repeat(5_000)]], undefined, 1_000, false).output).toMatchObject({
      items: [['x'.repeat(500).concat('…')]],
      _truncated: { texts_cut: ['[0][0]'] },
    });
  });

  it('gives an excerpt when nothing else helps', () => {
    const many = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`key${i}`, i]));
    const { output, truncated } = limitOutput(many, undefined, 400, false) as {
      output: { excerpt: string; _truncated: unknown };
      truncated: boolean;
    };
    expect(truncated).toBe(true);
    expect(output._truncated).toEqual({ bytes: jsonBytes(many) });
    expect(JSON.stringify(many).startsWith(output.excerpt)).toBe(true);
    expect(jsonBytes(output)).toBeLessThanOrEqual(400);
  });

  it('cuts a text at a character and counts what is missing', () => {
    const { output } = limitOutput('😀'.repeat(1_000), undefined, 300, false);
    expect(output).toMatch(/^(?:😀)+… \[\d+ bytes left out\]$/u);
    expect(jsonBytes(output)).toBeLessThanOrEqual(300);
    expect(jsonBytes(limitOutput('\u0001'.repeat(5_000), undefined, 300, false).output)).toBeLessThanOrEqual(300);
  });

  it('always answers whole JSON within the limit', () => {
    fc.assert(
      fc.property(
        fc.jsonValue({ maxDepth: 4 }),
        fc.integer({ min: 200, max: 2_000 }),
        fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined }),
        (value, limit, items) => {
          const big = { value, padding: Array.from({ length: 40 }, (_, i) => ({ i, value })) };
          for (const input of [value, big, [big, big]]) {
            const { output } = limitOutput(input, items, limit, false);
            expect(jsonBytes(output)).toBeLessThanOrEqual(limit);
            expect(JSON.parse(JSON.stringify(output))).toEqual(JSON.parse(JSON.stringify(output)));
          }
        },
      ),
      { numRuns: 100 },
    );
  });
});
