import { isUtf8 } from 'node:buffer';
import { charsetOf, textIn } from './charset.ts';
import { hasTooManyKeys } from './key-count.ts';
import { exceedsNesting } from './nesting.ts';

/** A body as data. `text` is what the value was read from, `null` when there was none or it is not text. */
export type Decoded =
  | { readonly ok: true; readonly value: unknown; readonly text: string | null }
  | { readonly ok: false; readonly problem: string };

const binaryType = /^(?:image|audio|video|font)\/|^application\/(?:octet-stream|pdf|zip|gzip)\b/i;
const jsonType = /^[^;]*\bjson\b/i;
/** Sixteen digits and more that are no fraction's and begin no text: most answers have none, and pay for this look alone. */
const longNumber = /(?<![\d."])\d{16,}/;

/**
 * JSON as data, in which an integer that a double cannot hold is the text of its digits: an id that lost its end would be
 * another's.
 */
function parseExactly(text: string): unknown {
  if (!longNumber.test(text)) return JSON.parse(text);
  const keep = (_key: string, value: unknown, context?: { source?: string }): unknown =>
    typeof value === 'number' && !Number.isSafeInteger(value) && /^-?\d+$/.test(context?.source ?? '')
      ? context?.source
      : value;
  return JSON.parse(text, keep);
}

/** Names under which a key could reach a prototype; an escape may hide one, so those texts are walked too. */
const suspectText = /__proto__|constructor|\\u00/;

/**
 * Reads a response body: JSON where the type says so, or where an untyped or textual body begins like JSON; text
 * otherwise; `null` when empty; `{ content_type, bytes }` in place of binary content. Text must be valid in the charset
 * that the type declares, or that an XML declaration does, else in UTF-8. Keys that reach a prototype are dropped: `__proto__`, and
 * `constructor` over a `prototype`.
 */
export function decodeBody(body: Uint8Array, contentType: string | null): Decoded {
  if (body.length === 0) return { ok: true, value: null, text: null };
  const isJson = contentType !== null && jsonType.test(contentType);
  if (!isJson && contentType !== null && binaryType.test(contentType)) {
    return { ok: true, value: { content_type: contentType, bytes: body.length }, text: null };
  }
  const charset = charsetOf(body, contentType);
  const text = charset === null ? utf8Text(body) : textIn(body, charset);
  if (text === null) return { ok: false, problem: `is not valid ${charset ?? 'UTF-8'}` };
  if (!isJson && !/^\s*[[{]/.test(text)) return { ok: true, value: text, text };
  let value: unknown;
  try {
    value = parseExactly(text);
  } catch {
    return isJson && text.trim() !== ''
      ? { ok: false, problem: 'is not valid JSON' }
      : { ok: true, value: isJson ? null : text, text };
  }
  if (exceedsNesting(charset === null ? body : Buffer.from(text)))
    return { ok: false, problem: 'is nested too deeply' };
  if (suspectText.test(text)) dropRefusedKeys(value);
  if (hasTooManyKeys(value, text.length)) return { ok: false, problem: 'has too many keys' };
  return { ok: true, value, text };
}

function dropRefusedKeys(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  if (!Array.isArray(value)) {
    const object = value as Record<string, unknown>;
    Reflect.deleteProperty(object, '__proto__');
    if (Object.hasOwn(object, 'constructor') && reachesPrototype(object['constructor'])) delete object['constructor'];
  }
  for (const member of Object.values(value)) dropRefusedKeys(member);
}

/** A constructor of racing cars is a name like others. */
function reachesPrototype(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, 'prototype');
}

function utf8Text(body: Uint8Array): string | null {
  if (!isUtf8(body)) return null;
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  return bytes.toString('utf8', bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0);
}
