import { describe, expect, it } from 'vitest';
import { expiryOf, isRefreshable, leaseTtlMs, refreshDue } from './credential-expiry.ts';

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

it.each<[Parameters<typeof isRefreshable>[0], boolean]>([
  [{ type: 'oauth2', access_token: 'a', token_type: 'Bearer', refresh_token: 'r' }, true],
  [{ type: 'oauth2', access_token: 'a', token_type: 'Bearer' }, false],
  [
    {
      type: 'oauth2',
      access_token: 'a',
      token_type: 'Bearer',
      issuer: { token_url: 't', client_id: 'c', renewable: true },
    },
    true,
  ],
  [{ type: 'bearer', token: 't' }, false],
])('whether %j can be refreshed: %s', (credential, expected) => expect(isRefreshable(credential)).toBe(expected));

describe('when a token is refreshed', () => {
  const at = (seconds: number) => new Date(now + seconds * 1_000).toISOString();
  const due = (stored: number, ends: number | null, refused?: number, refreshable = true) =>
    refreshDue(
      {
        refreshable,
        credential_version: 3,
        credential_stored_at: at(stored),
        credential_expires_at: ends === null ? null : at(ends),
      },
      refused,
      now,
    );

  it.each([
    ['far from its end', -60, 3_540, 'not'],
    ['in the last fifth of its life', -3_400, 200, 'soon'],
    ['five minutes before the end of a long one', -86_000, 290, 'soon'],
    ['six minutes before the end of a long one', -86_000, 360, 'not'],
    ['at its end', -3_600, 0, 'now'],
    ['a second before its end', -3_599, 1, 'now'],
    ['long after', -7_200, -3_600, 'now'],
    ['that never ends', -60, null, 'not'],
  ] as const)('%s', (_, stored, ends, expected) => expect(due(stored, ends)).toBe(expected));

  it('that an upstream refused: once it is a minute old, and still the present one', () => {
    expect(due(-61, 3_000, 3)).toBe('now');
    expect(due(-59, 3_000, 3)).toBe('not');
    expect(due(-61, 3_000, 2)).toBe('not');
    expect(due(-61, null, 3)).toBe('now');
  });

  it('never, without a way to', () => expect(due(-7_200, -1, 3, false)).toBe('not'));

  it('at once, when its end cannot be read', () => {
    const record = {
      refreshable: true,
      credential_version: 1,
      credential_stored_at: at(0),
      credential_expires_at: 'soon',
    };
    expect(refreshDue(record, undefined, now)).toBe('now');
  });
});
