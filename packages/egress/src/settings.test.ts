import { describe, expect, it } from 'vitest';
import { createEgress } from './index.ts';
import { settingsOf } from './settings.ts';

describe('the options', () => {
  it.each([
    '127.0.0.1:4010',
    'ftp://127.0.0.1',
    'http://127.0.0.1/path',
    'http://u@127.0.0.1',
    'http://x/?q',
    'http://x/#f',
    '',
  ])('refuse %j as a trusted origin, and name the option', (origin) => {
    expect(() => createEgress({ trustedOrigins: [origin] })).toThrow(/^trustedOrigins: not an origin/);
  });

  it('refuse a dial override that is not an http origin', () => {
    expect(() => createEgress({ dialOverride: 'https://127.0.0.1:1' })).toThrow('dialOverride: must be an http origin');
    expect(() => createEgress({ dialOverride: 'sandbox' })).toThrow(/^dialOverride: not an origin/);
  });

  it('normalise origins', () => {
    const settings = settingsOf({ trustedOrigins: ['HTTP://Sandbox:80/'], dialOverride: 'http://[::1]:4010' });
    expect([...settings.trustedOrigins]).toEqual(['http://sandbox']);
    expect(settings.dialOverride).toEqual({ address: '::1', port: 4010 });
  });
});
