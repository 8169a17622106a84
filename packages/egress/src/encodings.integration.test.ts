import { brotliCompressSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { failureIn, requestTo, testEgress, textIn } from '../test/requests.ts';
import { startUpstream } from '../test/upstream.ts';

/** An upstream that answers one body under one `Content-Encoding`. */
async function encodedUpstream(encoding: string | string[], body: Uint8Array) {
  const upstream = await startUpstream((_request, response) => {
    response.setHeader('content-encoding', encoding).end(body);
  });
  return { origin: upstream.origin, egress: testEgress({ trustedOrigins: [upstream.origin] }) };
}

describe('an encoded answer', () => {
  it.each([
    ['gzip', gzipSync('decoded')],
    ['gzip, br', brotliCompressSync(gzipSync('decoded'))],
    ['identity', Buffer.from('decoded')],
  ])('in %s is decoded', async (encoding, body) => {
    const { origin, egress } = await encodedUpstream(encoding, body);
    expect(textIn(await egress.send(requestTo(origin)))).toBe('decoded');
  });

  it.each([
    ['a bomb (S-D12)', 'gzip', gzipSync(Buffer.alloc(64 * 1_048_576)), 'too_large', 'response_too_large'],
    ['a hundred encodings (S-D13)', Array(100).fill('gzip'), gzipSync('x'), 'invalid_response', 'encoding_refused'],
    ['an unknown encoding', 'aes128gcm', Buffer.from('x'), 'invalid_response', 'encoding_unknown'],
    ['a corrupt encoding', 'gzip', Buffer.from('x'.repeat(100)), 'invalid_response', 'encoding_broken'],
    [
      'more encoded bytes than any body within the limit needs',
      'gzip',
      Buffer.alloc(1_200_000),
      'too_large',
      'response_too_large',
    ],
  ])('of %s is refused', async (_what, encoding, body, kind, reason) => {
    const { origin, egress } = await encodedUpstream(encoding, body);
    expect(failureIn(await egress.send(requestTo(origin)))).toMatchObject({ kind, sent: true, reason });
  });
});
