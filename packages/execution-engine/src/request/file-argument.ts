import { invalidArgument } from './invalid-argument.ts';

/** A file that an argument carries. */
export interface FileContent {
  readonly filename: string | null;
  readonly contentType: string | null;
  readonly bytes: Uint8Array;
}

const base64 = /^[A-Za-z0-9+/_-]*={0,2}$/;
const mediaType = /^[A-Za-z0-9!#$&^_.+-]{1,64}\/[A-Za-z0-9!#$&^_.+-]{1,64}(?:; ?[a-z]{1,20}=[A-Za-z0-9_.-]{1,64})?$/;

/**
 * Reads `{ filename?, content_base64 | text, content_type? }`, or the `bytes` of one that was fetched; `null` when the value is no such object. Throws
 * `invalid_arguments` naming `argument` for broken base64 or a malformed content type.
 */
export function fileOf(value: unknown, argument: string): FileContent | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  const {
    filename,
    content_base64: encoded,
    text,
    bytes: fetched,
    content_type: contentType,
  } = value as Record<string, unknown>;
  const bytes =
    fetched instanceof Uint8Array
      ? fetched
      : typeof encoded === 'string'
        ? decode(encoded, argument)
        : typeof text === 'string'
          ? Buffer.from(text)
          : null;
  if (bytes === null) return null;
  if (typeof contentType === 'string' && !mediaType.test(contentType)) {
    throw invalidArgument(`${argument}.content_type`, 'must be a media type such as image/png');
  }
  return {
    filename: typeof filename === 'string' ? filename : null,
    contentType: typeof contentType === 'string' ? contentType : null,
    bytes,
  };
}

function decode(encoded: string, argument: string): Uint8Array {
  if (!base64.test(encoded)) throw invalidArgument(`${argument}.content_base64`, 'must be base64');
  return Buffer.from(encoded, 'base64');
}

export function isMediaType(text: string): boolean {
  return mediaType.test(text);
}
