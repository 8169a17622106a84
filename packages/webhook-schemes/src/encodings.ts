import { createHash, createPublicKey, type KeyObject, timingSafeEqual } from 'node:crypto';
import { Refusal } from './hook-request.ts';
import type { Encoding, PublicKey, SecretKey } from './scheme.ts';

const shapes: Readonly<Record<Encoding, RegExp>> = {
  hex: /^(?:[0-9a-f]{2})+$/,
  base64: /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/,
  base64url: /^[A-Za-z0-9_-]+={0,2}$/,
};

/**
 * Bytes of a text that is written in one way only: Node skips what it does not know, so that many texts would be one
 * signature. Null for every other text.
 */
export function decode(text: string, encoding: Encoding): Buffer | null {
  if (text === '' || !shapes[encoding].test(text)) return null;
  const bytes = Buffer.from(text, encoding);
  if (encoding === 'hex') return bytes;
  // The last character may hold bits that belong to no byte.
  const again = bytes.toString(encoding);
  return again.replace(/=+$/, '') === text.replace(/=+$/, '') ? bytes : null;
}

/** Key bytes of a secret as it was entered. @throws Refusal `no_secret` for a blank one, `key_unusable` for one that cannot be decoded. */
export function keyOf(secret: string, { encoding, prefix }: SecretKey): Buffer {
  if (secret.trim() === '') throw new Refusal('no_secret', 'The source has no secret, or a blank one.');
  const text = prefix !== undefined && secret.startsWith(prefix) ? secret.slice(prefix.length) : secret;
  if (encoding === 'utf8') return Buffer.from(text);
  if (encoding === 'sha1') return createHash('sha1').update(text).digest();
  // What an operator pastes may be in capitals.
  const key = decode(encoding === 'hex' ? text.toLowerCase() : text, encoding);
  if (key === null) throw new Refusal('key_unusable', `The secret is not ${encoding}.`);
  return key;
}

const ed25519Head = Buffer.from('302a300506032b6570032100', 'hex');

/** @throws Refusal `key_unusable`. */
export function publicKeyOf(text: string, { format, prefix }: PublicKey): KeyObject {
  if (text.trim() === '') throw new Refusal('no_secret', 'The source has no public key, or a blank one.');
  const given = prefix !== undefined && text.startsWith(prefix) ? text.slice(prefix.length) : text.trim();
  try {
    if (format === 'pem') return createPublicKey(given);
    const bytes = format === 'raw_hex' ? decode(given.toLowerCase(), 'hex') : decode(given, 'base64');
    if (bytes === null) throw new Error('undecodable');
    const der = format === 'spki_base64' ? bytes : Buffer.concat([ed25519Head, bytes]);
    return createPublicKey({ key: der, format: 'der', type: 'spki' });
  } catch {
    throw new Refusal('key_unusable', `The public key is not ${format.replace('_', ' ')}.`);
  }
}

/** Whether two are the same, in a time that depends on the length of the second alone. */
export function sameBytes(given: Uint8Array, computed: Uint8Array): boolean {
  return given.length === computed.length && timingSafeEqual(given, computed);
}

/** As `sameBytes`, of texts of any length: what is compared are digests, so that not even the length shows. */
export function sameText(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
