import { expect, test } from 'vitest';
import { vendorText, vendorTime } from './vendor-text.ts';

test.each([
  ['we_1', 'we_1'],
  [12345678, '12345678'],
  [0, '0'],
  [' ', null],
  ['', null],
  [1.5, null],
  [2 ** 60, null],
  [null, null],
  [{ id: 1 }, null],
  ['x'.repeat(11), null],
])('an id %j is %j', (value, text) => expect(vendorText(value, 10)).toBe(text));

test.each([
  ['2026-12-01T11:00:00Z', '2026-12-01T11:00:00.000Z'],
  ['2026-12-01T13:00:00+02:00', '2026-12-01T11:00:00.000Z'],
  ['2026-12-01T11:00:00.0000000Z', '2026-12-01T11:00:00.000Z'],
  ['1796122800000', '2026-12-01T11:00:00.000Z'],
  [1796122800, '2026-12-01T11:00:00.000Z'],
  ['soon', null],
  [undefined, null],
  [true, null],
])('a time %j is %j', (value, at) => expect(vendorTime(value)).toBe(at));
