import { describe, expect, test } from 'vitest';
import { childTraceparent, traceIdOf } from './index.ts';

describe('trace context', () => {
  const parent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  test('continues the trace with a span of its own', () => {
    const child = childTraceparent(parent);
    expect(child).toMatch(/^00-0af7651916cd43dd8448eb211c80319c-[0-9a-f]{16}-01$/);
    expect(child).not.toBe(parent);
    expect(traceIdOf(child)).toBe('0af7651916cd43dd8448eb211c80319c');
  });
  test('never repeats a span, also past what was drawn ahead', () => {
    expect(new Set(Array.from({ length: 3_000 }, () => childTraceparent(parent))).size).toBe(3_000);
  });
  test.each([
    null,
    '',
    'x',
    '00-00000000000000000000000000000000-b7ad6b7169203331-01',
    `${parent}-more`,
    'ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  ])('starts a new trace for %j', (text) => {
    expect(childTraceparent(text)).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
    expect(traceIdOf(text)).toBeNull();
  });
});
