import type { Credential } from '@patchbay/contracts';
import { describe, expect, it } from 'vitest';
import { createScrubber } from './scrub.ts';

describe('scrubbing', () => {
  const secret = 's3cr/et+"key"==';
  const credential: Credential = { type: 'bearer', token: secret };

  it.each([
    ['raw', secret],
    ['percent-encoded', encodeURIComponent(secret)],
    ['JSON text', JSON.stringify(secret).slice(1, -1)],
    ['base64', Buffer.from(secret).toString('base64')],
    ['base64url', Buffer.from(secret).toString('base64url')],
  ])('replaces a secret that appears as %s', (_form, text) => {
    expect(createScrubber(credential).text(`before ${text} after ${text}`)).toMatch(
      /^before \[secret\]=* after \[secret\]=*$/,
    );
  });

  it('replaces it in every string of a value, keys included, and leaves the rest alone', () => {
    const value = { a: [secret, 1, null, true], [secret]: { b: `x${secret}` }, c: 'plain' };
    expect(createScrubber(credential).value(value)).toEqual({
      a: ['[secret]', 1, null, true],
      '[secret]': { b: 'x[secret]' },
      c: 'plain',
    });
  });

  it('knows the Basic form, refresh tokens and custom fields', () => {
    const basic = createScrubber({ type: 'basic', username: 'AC123', password: 'hunter2!' });
    expect(basic.text(`Basic ${Buffer.from('AC123:hunter2!').toString('base64')}`)).toMatch(/^Basic \[secret\]=*$/);
    expect(basic.text('account AC123')).toBe('account AC123');
    const oauth = createScrubber({
      type: 'oauth2',
      access_token: 'access-1',
      refresh_token: 'refresh-1',
      token_type: 'Bearer',
    });
    expect(oauth.text('access-1 refresh-1')).toBe('[secret] [secret]');
    expect(createScrubber({ type: 'oauth2', access_token: 'access-1', token_type: 'Bearer' }).text('access-1')).toBe(
      '[secret]',
    );
    expect(createScrubber({ type: 'custom', fields: { a: 'field-a', b: 'field-b' } }).text('field-a,field-b')).toBe(
      '[secret],[secret]',
    );
    expect(createScrubber({ type: 'api_key', api_key: 'key-1' }).text('key-1')).toBe('[secret]');
  });

  it('takes the user name for the secret where the password is blank or a dummy', () => {
    expect(createScrubber({ type: 'basic', username: 'sk_live_1', password: '' }).text('sk_live_1')).toBe('[secret]');
    expect(createScrubber({ type: 'basic', username: 'sk_live_1', password: 'X' }).text('sk_live_1')).toBe('[secret]');
  });

  it('leaves words alone that are too short to be secrets, and does nothing without a credential', () => {
    expect(createScrubber({ type: 'bearer', token: 'abc' }).text('abc')).toBe('abc');
    const none = createScrubber(null);
    expect([none.text('x'), none.finds('x')]).toEqual(['x', false]);
  });
});
