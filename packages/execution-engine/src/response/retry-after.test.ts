import { describe, expect, it } from 'vitest';
import { exhaustion, retryAfterMs } from './retry-after.ts';

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
    [{ ratelimit: 'limit=10, remaining=0, reset=9' }, 9_000],
    [{ ratelimit: '"day";r=900;t=4000, "minute";r=0;t=12' }, 12_000],
    [{ ratelimit: ['"minute";r=0;t=12', '"hour";r=0;t=1800'] }, 1_800_000],
    [{ ratelimit: '"a, b";r=0;t=3;pk=:dGVuYW50:' }, 3_000],
    [{ ratelimit: 'default;r=0', 'ratelimit-policy': '"other";w=7, default;q=100;w=60' }, 60_000],
    [{ ratelimit: '"default";r=0;t=-4' }, null],
    [{ ratelimit: '"default";r=0;t=soon' }, null],
    [{ ratelimit: '"default";r=0;t=99999999' }, 3_600_000],
    [{ ratelimit: '?!', 'ratelimit-reset': '6' }, 6_000],
    [{ 'retry-after-ms': '350', 'retry-after': '1' }, 350],
    [{ 'ratelimit-reset': '12' }, 12_000],
    [{ 'x-ratelimit-reset': String(now / 1_000 + 7) }, 7_000],
    [{ 'x-ratelimit-reset': '4' }, 4_000],
    [{ 'x-rate-limit-reset': String(now / 1_000 + 8) }, 8_000],
    [{ 'x-ratelimit-reset': String(now + 9_000) }, 9_000],
    [{ 'x-ratelimit-reset': '2026-01-31T09:30:11Z' }, 11_000],
    [{ 'x-ratelimit-reset': 'Sat, 31 Jan 2026 09:30:05 GMT' }, 5_000],
    [{ 'x-ratelimit-reset': '1' }, 1_000],
    [{ 'x-ratelimit-reset': String(now / 1_000 - 60) }, 0],
    [{ 'x-ratelimit-reset-after': '0.65', 'x-ratelimit-reset': '1470173023' }, 650],
    [{ 'x-ratelimit-reset': 'never' }, null],
    [{ 'retry-after': 'garbage', 'ratelimit-reset': '6' }, 6_000],
  ])('%j is %s', (headers, expected) => {
    expect(retryAfterMs(headers, now)).toBe(expected);
  });
});

describe('exhaustion', () => {
  const reset = String(now / 1_000 + 20);
  it.each<[Record<string, string | string[]>, ReturnType<typeof exhaustion>]>([
    [{ ratelimit: '"default";r=0;t=30' }, { waitMs: 30_000, named: false }],
    [{ ratelimit: '"default";r=1;t=30' }, null],
    [{ ratelimit: '"default";t=30' }, null],
    [{ ratelimit: '"default";r=-1;t=30' }, null],
    [{ ratelimit: 'limit=100, remaining=0, reset=50' }, { waitMs: 50_000, named: false }],
    [
      { 'ratelimit-remaining': '0', 'ratelimit-reset': '5' },
      { waitMs: 5_000, named: false },
    ],
    [{ 'ratelimit-remaining': '3', 'ratelimit-reset': '5' }, null],
    [
      { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset },
      { waitMs: 20_000, named: false },
    ],
    [
      { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset, 'x-ratelimit-resource': 'core' },
      { waitMs: 20_000, named: false },
    ],
    [
      { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset, 'x-ratelimit-resource': 'search' },
      { waitMs: 20_000, named: true },
    ],
    [
      { 'x-rate-limit-remaining': '0', 'x-rate-limit-reset': reset },
      { waitMs: 20_000, named: false },
    ],
    [{ 'x-ratelimit-remaining': '0' }, null],
    [{ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '0' }, null],
    [{ 'x-ratelimit-remaining': 'none', 'x-ratelimit-reset': '5' }, null],
    [{}, null],
  ])('%j is %j', (headers, expected) => {
    expect(exhaustion(headers, now)).toEqual(expected);
  });
});
