import { createPublicKey, hash, type KeyObject } from 'node:crypto';
import { decodeBase64 } from './base64.ts';

/**
 * What a signature says. `1`: the text itself (Ed25519, C2SP signed-note). `4`: that a witness saw a checkpoint at a time
 * (cosignature/v1, C2SP tlog-cosignature).
 */
export type SignatureType = 1 | 4;

/** Who may sign a note: a name, the key's id under that name, and the key. */
export interface VerifierKey {
  readonly name: string;
  readonly type: SignatureType;
  /** First four bytes of SHA-256(name, newline, type, public key), big-endian. Tells keys apart and proves nothing. */
  readonly id: number;
  /** 32 bytes, as RFC 8032 encodes them. */
  readonly bytes: Buffer;
  readonly key: KeyObject;
}

/** @throws RangeError when the name or the key cannot be one. */
export function verifierKey(name: string, publicKey: KeyObject | Uint8Array, type: SignatureType = 1): VerifierKey {
  if (!isKeyName(name)) throw new RangeError("A key's name is not empty and has neither spaces nor '+'.");
  const bytes = publicKey instanceof Uint8Array ? Buffer.from(publicKey) : rawPublicKey(publicKey);
  if (bytes.length !== 32) throw new RangeError('An Ed25519 public key has 32 bytes.');
  const key = createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv: 'Ed25519', x: bytes.toString('base64url') } });
  const digest = hash('sha256', Buffer.concat([Buffer.from(`${name}\n`), Buffer.from([type]), bytes]), 'buffer');
  return { name, type, id: digest.readUInt32BE(0), bytes, key };
}

/** `<name>+<id in hex>+<type and key in Base64>`, which C2SP calls a vkey. */
export function formatVerifierKey({ name, type, id, bytes }: VerifierKey): string {
  return `${name}+${idHex(id)}+${Buffer.concat([Buffer.from([type]), bytes]).toString('base64')}`;
}

/** Reads a vkey; null when it is none, or of a kind other than the two that are known here. */
export function parseVerifierKey(text: string): VerifierKey | null {
  const [name = '', id = '', encoded = '', ...more] = splitKey(text.trim());
  const material = decodeBase64(encoded);
  if (more.length > 0 || material === null || material.length !== 33 || !isKeyName(name)) return null;
  const type = material[0];
  if (type !== 1 && type !== 4) return null;
  const key = verifierKey(name, material.subarray(1), type);
  return idHex(key.id) === id ? key : null;
}

/** Base64 may have a plus of its own, a name may not. */
function splitKey(text: string): string[] {
  const first = text.indexOf('+');
  const second = text.indexOf('+', first + 1);
  return first < 0 || second < 0 ? [] : [text.slice(0, first), text.slice(first + 1, second), text.slice(second + 1)];
}

export function isKeyName(name: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what a note may not have
  return name !== '' && !/[\s+\u0000-\u001f\u0085]/u.test(name);
}

function idHex(id: number): string {
  return id.toString(16).padStart(8, '0');
}

function rawPublicKey(key: KeyObject): Buffer {
  const { kty, crv, x } = key.export({ format: 'jwk' });
  if (kty !== 'OKP' || crv !== 'Ed25519' || x === undefined) throw new RangeError('The key is not an Ed25519 key.');
  return Buffer.from(x, 'base64url');
}
