import type { Credential } from '@patchbay/contracts';
import { scanForCanaries } from '@patchbay/testkit';
import { describe, expect, it } from 'vitest';
import { scrubberOf } from './scrub.ts';

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
    expect(scrubberOf(credential).text(`before ${text} after ${text}`)).toMatch(
      /^before \[secret\]=* after \[secret\]=*$/,
    );
  });

  it.each([
    ['lower-case percent', encodeURIComponent(secret).toLowerCase()],
    ['form', new URLSearchParams({ key: `${secret} end` }).toString()],
    ['hexadecimal', Buffer.from(secret).toString('hex')],
    ['capital hexadecimal', Buffer.from(secret).toString('hex').toUpperCase()],
    ...[0, 1, 2, 3, 4].map((before): [string, string] => [
      `base64 after ${before} bytes`,
      Buffer.from(`${'x'.repeat(before)}${secret} and more`).toString('base64'),
    ]),
    ['base64url in a header', Buffer.from(`user:${secret}:realm`).toString('base64url')],
  ])('finds a secret in %s, and leaves none of it', async (_form, text) => {
    const scrubber = scrubberOf(credential);
    expect(scrubber.finds(`{"echo":"${text}"}`)).toBe(true);
    const left = scrubber.value({ echo: text, [text]: 1 });
    expect(JSON.stringify(left)).toContain('[secret]');
    expect(await scanForCanaries([{ name: 'left', bytes: Buffer.from(JSON.stringify(left)) }], [secret])).toEqual([]);
  });

  it('replaces it in every string of a value, keys included, and leaves the rest alone', () => {
    const value = { a: [secret, 1, null, true], [secret]: { b: `x${secret}` }, c: 'plain' };
    expect(scrubberOf(credential).value(value)).toEqual({
      a: ['[secret]', 1, null, true],
      '[secret]': { b: 'x[secret]' },
      c: 'plain',
    });
  });

  it('finds a secret in an answer however the answer escapes it, and no short one', () => {
    const scrubber = scrubberOf(credential);
    for (const form of [
      secret,
      JSON.stringify({ secret }),
      JSON.stringify({ secret }).replaceAll('/', '\\/'),
      `?k=${encodeURIComponent(secret)}`,
    ]) {
      expect(scrubber.finds(`{"echo":"${form}"}`)).toBe(true);
    }
    expect(scrubber.finds('{"echo":"nothing"}')).toBe(false);
    const pin = scrubberOf({ type: 'custom', fields: { pin: '123456' } });
    expect([pin.finds('order 123456'), pin.value('order 123456'), pin.text('bad pin 123456')]).toEqual([
      false,
      'order 123456',
      'bad pin [secret]',
    ]);
  });

  it('knows the Basic form, refresh tokens and custom fields', () => {
    const basic = scrubberOf({ type: 'basic', username: 'AC123', password: 'hunter2!' });
    expect(basic.text(`Basic ${Buffer.from('AC123:hunter2!').toString('base64')}`)).toMatch(/^Basic \[secret\]=*$/);
    expect(basic.text('account AC123')).toBe('account AC123');
    const oauth = scrubberOf({
      type: 'oauth2',
      access_token: 'access-1',
      refresh_token: 'refresh-1',
      token_type: 'Bearer',
    });
    expect(oauth.text('access-1 refresh-1')).toBe('[secret] [secret]');
    expect(scrubberOf({ type: 'oauth2', access_token: 'access-1', token_type: 'Bearer' }).text('access-1')).toBe(
      '[secret]',
    );
    expect(scrubberOf({ type: 'custom', fields: { a: 'field-a', b: 'field-b' } }).text('field-a,field-b')).toBe(
      '[secret],[secret]',
    );
    expect(scrubberOf({ type: 'api_key', api_key: 'key-1' }).text('key-1')).toBe('[secret]');
  });

  it('takes the user name for the secret where the password is blank or a dummy', () => {
    expect(scrubberOf({ type: 'basic', username: 'sk_live_1', password: '' }).text('sk_live_1')).toBe('[secret]');
    expect(scrubberOf({ type: 'basic', username: 'sk_live_1', password: 'X' }).text('sk_live_1')).toBe('[secret]');
  });

  it('leaves words alone that are too short to be secrets, and does nothing without a credential', () => {
    expect(scrubberOf({ type: 'bearer', token: 'abc' }).text('abc')).toBe('abc');
    const none = scrubberOf(null);
    expect([none.text('x'), none.finds('x')]).toEqual(['x', false]);
  });
});
