import { expect, it } from 'vitest';
import { expiryOf, leaseTtlMs } from './credential-expiry.ts';

const now = Date.parse('2026-01-02T03:04:05.000Z');

it.each([
  ['no end', null, 30_000],
  ['an end far away', '2027-01-01T00:00:00Z', 30_000],
  ['an end within the longest lease', '2026-01-02T03:04:10Z', 5_000],
  ['an end with another offset', '2026-01-02T04:04:06+01:00', 1_000],
  ['an end half a millisecond away', '2026-01-02T03:04:05.0005Z', 0],
  ['an end at this moment', '2026-01-02T03:04:05Z', 0],
  ['an end in the past', '2020-01-01T00:00:00Z', 0],
  ['an end that cannot be read', 'soon', 0],
])('a credential with %s may be leased for so long', (_, expiresAt, ttlMs) => {
  expect(leaseTtlMs(expiresAt, now)).toBe(ttlMs);
});

it('only an OAuth token says when it ends', () => {
  expect(
    expiryOf({ type: 'oauth2', access_token: 'a', token_type: 'Bearer', expires_at: '2027-01-01T00:00:00Z' }),
  ).toBe('2027-01-01T00:00:00Z');
  expect(expiryOf({ type: 'oauth2', access_token: 'a', token_type: 'Bearer' })).toBeNull();
  expect(expiryOf({ type: 'api_key', api_key: 'k' })).toBeNull();
});
