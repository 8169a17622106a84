import { brotliCompressSync, constants, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { decodeBody, encodingsOf } from './decode-body.ts';

const limit = 1_048_576;
const small = Buffer.from('small '.repeat(20));
// Random enough not to fit into a few kilobytes, so that it takes the way of large bodies (a linear congruential generator).
let state = 7;
const large = Buffer.from(
  Array.from({ length: 100_000 }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 24;
  }),
);

describe('encodingsOf', () => {
  it.each([
    [undefined, []],
    ['identity', []],
    ['gzip', ['gzip']],
    ['X-GZIP', ['gzip']],
    ['deflate, br', ['deflate', 'br']],
    [
      ['gzip', 'zstd'],
      ['gzip', 'zstd'],
    ],
  ])('reads %j', (header, expected) => {
    expect(encodingsOf(header)).toEqual(expected);
  });

  it.each([
    ['gzip, gzip, gzip', 'encoding_refused'],
    [Array(100).fill('gzip'), 'encoding_refused'],
    ['compress', 'encoding_unknown'],
    ['', 'encoding_unknown'],
    ['constructor', 'encoding_unknown'],
  ])('refuses %j (S-D13)', (header, reason) => {
    expect(encodingsOf(header)).toBe(reason);
  });
});

describe('decodeBody', () => {
  it.each([
    ['gzip', gzipSync],
    ['br', brotliCompressSync],
    ['zstd', zstdCompressSync],
    ['deflate', deflateSync],
    ['deflate', deflateRawSync],
  ] as const)('undoes %s, small and large', async (encoding, encode) => {
    expect(await decodeBody(encode(small), [encoding], limit)).toEqual(small);
    expect(await decodeBody(encode(large), [encoding], limit)).toEqual(large);
  });

  it('undoes two encodings, the last applied first', async () => {
    expect(await decodeBody(brotliCompressSync(gzipSync(small)), ['gzip', 'br'], limit)).toEqual(small);
  });

  it('leaves an empty body empty', async () => {
    expect(await decodeBody(new Uint8Array(0), ['gzip'], limit)).toEqual(new Uint8Array(0));
  });

  it('undoes a small body that unfolds to more than is done on the spot', async () => {
    const wide = Buffer.alloc(500_000, 'a');
    expect(gzipSync(wide).byteLength).toBeLessThan(4_096);
    expect(await decodeBody(gzipSync(wide), ['gzip'], limit)).toEqual(wide);
  });

  it('takes exactly the limit and not one byte more, small or large', async () => {
    for (const body of [small, large]) {
      expect(await decodeBody(gzipSync(body), ['gzip'], body.byteLength)).toEqual(body);
      expect(await decodeBody(gzipSync(body), ['gzip'], body.byteLength - 1)).toBe('response_too_large');
    }
    expect(await decodeBody(gzipSync(Buffer.from('x')), ['gzip'], 0)).toBe('response_too_large');
  });

  it.each([
    ['gzip', gzipSync(Buffer.alloc(256 * limit))],
    ['br', brotliCompressSync(Buffer.alloc(64 * limit), { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } })],
    ['zstd', zstdCompressSync(Buffer.alloc(64 * limit))],
  ] as const)('cuts a bomb of %s at the limit (S-D12)', async (encoding, bomb) => {
    const before = process.memoryUsage().rss;
    expect(await decodeBody(bomb, [encoding], limit)).toBe('response_too_large');
    expect(process.memoryUsage().rss - before).toBeLessThan(64 * 1_048_576);
  });

  it('cuts a bomb in its inner layer', async () => {
    const bomb = gzipSync(gzipSync(Buffer.alloc(64 * limit)));
    expect(await decodeBody(bomb, ['gzip', 'gzip'], limit)).toBe('response_too_large');
  });

  it.each([
    ['gzip', gzipSync],
    ['br', brotliCompressSync],
    ['zstd', zstdCompressSync],
    ['deflate', deflateSync],
  ] as const)('tells corrupt and cut %s', async (encoding, encode) => {
    expect(await decodeBody(Buffer.from('{"not":"encoded"}'), [encoding], limit)).toBe('encoding_broken');
    expect(await decodeBody(encode(small).subarray(0, -4), [encoding], limit)).toBe('encoding_broken');
    expect(await decodeBody(encode(large).subarray(0, 50_000), [encoding], limit)).toBe('encoding_broken');
  });
});
