import { describe, expect, it } from 'vitest';
import { retryAfterMs } from './retry-after.ts';

const now = Date.UTC(2026, 0, 31, 9, 30);

describe('retryAfterMs', () => {
  it.each<[Record<string, string | string[]>, number | null]>([
    [{ 'retry-after': '2' }, 2_000],
    [{ 'retry-after': ' 1.5 ' }, 1_500],
    [{ 'retry-after': '0' }, 0],
    [{ 'retry-after': ['3', '9'] }, 3_000],
    [{ 'retry-after': 'Sat, 31 Jan 2026 09:30:05 GMT' }, 5_000],
    [{ 'retry-after': 'Saturday, 31-Jan-26 09:30:05 GMT' }, 5_000],
    [{ 'retry-after': 'Sat, 31 Jan 2026 09:29:00 GMT' }, 0],
    [{ 'retry-after': 'Sat, 31 Jan 2026 09:30:05 GMT', date: 'Sat, 31 Jan 2026 09:30:02 GMT' }, 3_000],
    [{ 'retry-after': '999999999' }, 3_600_000],
    [{ 'retry-after': 'soon' }, null],
    [{ 'retry-after': '-5' }, null],
    [{ 'retry-after': '1e3' }, null],
    [{ 'retry-after': 'Sat, nonsense' }, null],
    [{ 'retry-after': '' }, null],
    [{}, null],
    [{ ratelimit: '"default";r=0;t=30' }, 30_000],
    [{ ratelimit: 'limit=10, remaining=0' }, null],
    [{ 'ratelimit-reset': '12' }, 12_000],
    [{ 'x-ratelimit-reset': String(now / 1_000 + 7) }, 7_000],
    [{ 'x-ratelimit-reset': '4' }, 4_000],
    [{ 'x-ratelimit-reset': 'never' }, null],
    [{ 'retry-after': 'garbage', 'ratelimit-reset': '6' }, 6_000],
  ])('%j is %s', (headers, expected) => {
    expect(retryAfterMs(headers, now)).toBe(expected);
  });
});
