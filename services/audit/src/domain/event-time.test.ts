import { describe, expect, it } from 'vitest';
import { epochMsOf, isEpochMs } from './event-time.ts';

describe('event times', () => {
  it.each([
    ['2026-05-01T10:00:00Z', Date.UTC(2026, 4, 1, 10)],
    ['2026-05-01T10:00:00.123456789Z', Date.UTC(2026, 4, 1, 10, 0, 0, 123)],
    ['2026-05-01T12:00:00+02:00', Date.UTC(2026, 4, 1, 10)],
    ['1970-01-01T00:00:00Z', 0],
  ])('reads %s', (text, ms) => expect(epochMsOf(text)).toBe(ms));

  it.each([
    'yesterday',
    '2026-05-01',
    '2026-13-01T00:00:00Z',
    '1969-12-31T23:59:59Z',
    '0000-01-01T00:00:00Z',
    '2026-05-01T10:00:00',
    '2026-05-01 10:00:00Z',
    '2026-05-01T10:00:00+99:99',
  ])('refuses %s', (text) => expect(epochMsOf(text)).toBeNull());

  it('knows which numbers are times', () => {
    expect([0, 253_402_300_799_999].map(isEpochMs)).toEqual([true, true]);
    expect([-1, 0.5, Number.NaN, 253_402_300_800_000].map(isEpochMs)).toEqual([false, false, false, false]);
  });
});
