import { promisify } from 'node:util';
import {
  brotliDecompress,
  brotliDecompressSync,
  constants,
  gunzip,
  gunzipSync,
  inflate,
  inflateRaw,
  inflateRawSync,
  inflateSync,
  zstdDecompress,
  zstdDecompressSync,
} from 'node:zlib';
import type { Reason } from './reasons.ts';

export type Encoding = 'gzip' | 'deflate' | 'br' | 'zstd';

const known = new Map<string, Encoding | null>([
  ['identity', null],
  ['gzip', 'gzip'],
  ['x-gzip', 'gzip'],
  ['deflate', 'deflate'],
  ['br', 'br'],
  ['zstd', 'zstd'],
]);
const maxEncodings = 2;

/** The encodings of a `Content-Encoding` header in the order they were applied, or why it is refused. */
export function encodingsOf(header: string | string[] | undefined): readonly Encoding[] | Reason {
  if (header === undefined) return [];
  const names = (typeof header === 'string' ? header : header.join(',')).toLowerCase().split(',');
  if (names.length > maxEncodings) return 'encoding_refused';
  const encodings: Encoding[] = [];
  for (const name of names) {
    const encoding = known.get(name.trim());
    if (encoding === undefined) return 'encoding_unknown';
    if (encoding !== null) encodings.push(encoding);
  }
  return encodings;
}

/** Bodies that small, encoded and decoded, are undone on the spot: a trip to the thread pool costs more. */
const smallEncoded = 4 * 1024;
const smallDecoded = 64 * 1024;

/** RFC 9659: no decoder needs a larger window than 8 MiB for zstd on the web. */
export const zstdParams = { [constants.ZSTD_d_windowLogMax]: 23 };

interface Limit {
  readonly maxOutputLength: number;
}

/**
 * Undoes encodings, last applied first, stopping as soon as more than `maxBytes` come out of any of them: memory stays
 * bounded by the limit, however much a bomb would unfold to.
 */
export async function decodeBody(
  encoded: Uint8Array,
  encodings: readonly Encoding[],
  maxBytes: number,
): Promise<Uint8Array | Reason> {
  // zlib refuses a limit of 0.
  const limit = { maxOutputLength: Math.max(1, maxBytes) };
  let body = encoded;
  try {
    for (const encoding of encodings.toReversed()) {
      if (body.byteLength === 0) break;
      body = decodeSmall(body, encoding, limit) ?? (await decodeLarge(body, encoding, limit));
    }
  } catch (error) {
    return isOverLimit(error) ? 'response_too_large' : 'encoding_broken';
  }
  return body.byteLength > maxBytes ? 'response_too_large' : body;
}

/** The body when it is small both ways, else null. */
function decodeSmall(body: Uint8Array, encoding: Encoding, limit: Limit): Uint8Array | null {
  if (body.byteLength > smallEncoded) return null;
  const options = { maxOutputLength: Math.min(limit.maxOutputLength, smallDecoded) };
  try {
    if (encoding === 'gzip') return gunzipSync(body, options);
    if (encoding === 'br') return brotliDecompressSync(body, options);
    if (encoding === 'zstd') return zstdDecompressSync(body, { ...options, params: zstdParams });
    return hasZlibHeader(body) ? inflateSync(body, options) : inflateRawSync(body, options);
  } catch (error) {
    if (isOverLimit(error) && limit.maxOutputLength > smallDecoded) return null;
    throw error;
  }
}

const inThreadPool = {
  gzip: promisify(gunzip),
  br: promisify(brotliDecompress),
  zstd: promisify(zstdDecompress),
  zlib: promisify(inflate),
  deflateRaw: promisify(inflateRaw),
};

function decodeLarge(body: Uint8Array, encoding: Encoding, limit: Limit): Promise<Uint8Array> {
  if (encoding === 'gzip') return inThreadPool.gzip(body, limit);
  if (encoding === 'br') return inThreadPool.br(body, limit);
  if (encoding === 'zstd') return inThreadPool.zstd(body, { ...limit, params: zstdParams });
  return hasZlibHeader(body) ? inThreadPool.zlib(body, limit) : inThreadPool.deflateRaw(body, limit);
}

/** `deflate` means zlib (RFC 9110 section 8.4.1.2), but some servers send it bare. */
export function hasZlibHeader(body: Uint8Array): boolean {
  return ((body[0] ?? 0) & 0x0f) === 8 && (((body[0] ?? 0) << 8) | (body[1] ?? 0)) % 31 === 0;
}

function isOverLimit(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
}
