import { describe, expect, it } from 'vitest';
import { jsonBytes } from '../response/limit-output.ts';
import { StreamResult } from './stream-result.ts';

type Plan = ConstructorParameters<typeof StreamResult>[0];

function resultOf(
  plan: Partial<Plan>,
  items: readonly unknown[],
  limits: { maxItems?: number; maxBytes?: number } = {},
) {
  const result = new StreamResult({ result: 'items', text: null, ...plan }, limits.maxItems, limits.maxBytes ?? 16_384);
  for (const item of items) result.add(item);
  return result.output(false, null);
}

describe('the final result of a stream', () => {
  it('is all items, or as many as the limits allow and how many were left out', () => {
    expect(resultOf({}, [1, 2])).toEqual({ output: [1, 2], truncated: false });
    expect(resultOf({}, [1, 2, 3], { maxItems: 2 })).toEqual({
      output: { items: [1, 2], _truncated: { list: '', items_left_out: 1 } },
      truncated: true,
    });
    const { output } = resultOf({}, ['x'.repeat(80), 'y'.repeat(80), 'z'.repeat(80), ''], { maxBytes: 300 });
    expect(output).toEqual({ items: ['x'.repeat(80), 'y'.repeat(80)], _truncated: { list: '', items_left_out: 2 } });
    expect(jsonBytes(output)).toBeLessThanOrEqual(300);
  });

  it('is the last item, or how many there were', () => {
    expect(resultOf({ result: 'last' }, [1, { a: 2 }]).output).toEqual({ a: 2 });
    expect(resultOf({ result: 'last' }, []).output).toBeNull();
    expect(resultOf({ result: 'count' }, [1, 2, 3]).output).toEqual({ count: 3 });
  });

  it('is the joined text, within the limit at a character', () => {
    expect(resultOf({ result: 'text' }, ['ab', 'cd']).output).toBe('abcd');
    expect(
      resultOf({ result: 'text', text: ['d', 't'] }, [{ d: { t: 'ab' } }, { d: {} }, { d: { t: 'c' } }]).output,
    ).toBe('abc');
    const { output, truncated } = resultOf({ result: 'text' }, Array(100).fill('ä"'.repeat(5)), { maxBytes: 300 });
    expect(truncated).toBe(true);
    expect(jsonBytes(output)).toBeLessThanOrEqual(300);
    expect(output).toMatch(/^(ä")+ä?… \[\d+ bytes left out\]$/);
  });

  it('says of bytes what they are and how many', () => {
    const result = new StreamResult({ result: 'text', text: null }, undefined, 1_000);
    result.add({ base64: 'AAAA' });
    expect(result.output(false, { contentType: 'audio/wav', bytes: 3 }).output).toEqual({
      content_type: 'audio/wav',
      bytes: 3,
    });
  });

  it('is truncated when the stream was cut', () => {
    for (const kind of ['items', 'last', 'count', 'text'] as const) {
      const result = new StreamResult({ result: kind, text: null }, undefined, 1_000);
      expect(result.output(true, null).truncated).toBe(true);
    }
  });
});
