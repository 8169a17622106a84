import { describe, expect, it } from 'vitest';
import { scrubberOf } from '../auth/scrub.ts';
import { upstreamDetails } from './upstream-message.ts';

const scrubber = scrubberOf({ type: 'bearer', token: 'token-0123456789' });

describe('upstreamDetails', () => {
  it.each<[unknown, Record<string, string>]>([
    [{ error: { code: 'bad', message: 'It is bad.' } }, { upstream_code: 'bad', upstream_message: 'It is bad.' }],
    [
      { error: 'invalid_grant', error_description: 'Expired.' },
      { upstream_code: 'invalid_grant', upstream_message: 'Expired.' },
    ],
    [
      { ok: false, error: 'channel_not_found' },
      { upstream_code: 'channel_not_found', upstream_message: 'channel_not_found' },
    ],
    [[{ errorCode: 'X', message: 'No.' }], { upstream_code: 'X', upstream_message: 'No.' }],
    [{ errors: [{ code: 7, detail: 'Wrong.' }] }, { upstream_code: '7', upstream_message: 'Wrong.' }],
    [
      { status: 'error', message: 'Contact exists', category: 'CONFLICT' },
      { upstream_code: 'CONFLICT', upstream_message: 'Contact exists' },
    ],
    [{ code: 'has spaces in it', title: 'T' }, { upstream_message: 'T' }],
    ['plain\r\n  text\u0007', { upstream_message: 'plain text' }],
    ['<html><body>Oops</body></html>', {}],
    [null, {}],
    [{ message: '' }, {}],
  ])('%j', (body, expected) => {
    expect(upstreamDetails(body, scrubber)).toEqual(expected);
  });

  it('is short, and holds no half of a secret that stood at the cut', () => {
    const { upstream_message: message } = upstreamDetails(
      { message: `${'x'.repeat(290)}token-0123456789 ${'y'.repeat(500)}` },
      scrubber,
    );
    expect(message).toHaveLength(300);
    expect(message).not.toContain('token-');
    expect(upstreamDetails({ code: 'token-0123456789', message: 'm' }, scrubber).upstream_code).toBe('[secret]');
  });
});
