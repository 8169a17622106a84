import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { idPrefixes } from '@patchbay/contracts';

/** `pbk_`, the id without its prefix, `_`, 32 random bytes in base64url. */
const form = /^pbk_([0-9A-HJKMNP-TV-Z]{26})_([A-Za-z0-9_-]{43})$/;

/** What a key says of itself. `secret` is secret. */
export interface ParsedApiKey {
  readonly id: string;
  readonly secret: string;
}

/** A new key's secret: 256 bits, 43 characters. */
export function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** The key as its holder keeps it. Secret. */
export function formatApiKey({ id, secret }: ParsedApiKey): string {
  return `pbk_${id.slice(idPrefixes.apiKey.length + 1)}_${secret}`;
}

/** Null for what is no key, whatever it is. */
export function parseApiKey(text: string): ParsedApiKey | null {
  const [, id, secret] = form.exec(text) ?? [];
  return id === undefined || secret === undefined ? null : { id: `${idPrefixes.apiKey}_${id}`, secret };
}

/**
 * What is stored of a secret: HMAC-SHA-256 in base64url. The pepper lies apart from the store, so that a copy of the store
 * lets nobody check a guess. A slow hash would add nothing: nobody guesses 256 bits.
 */
export function hashSecret(pepper: Uint8Array, secret: string): string {
  return createHmac('sha256', pepper).update(secret).digest('base64url');
}

/** Stands in for the hash of a key that is not there, so that finding none takes as long as finding another. */
const noHash = Buffer.alloc(32);

/** In constant time; `hash` null: there is no such key, and the answer is no. */
export function secretMatches(pepper: Uint8Array, secret: string, hash: string | null): boolean {
  const given = createHmac('sha256', pepper).update(secret).digest();
  const stored = hash === null ? noHash : Buffer.from(hash, 'base64url');
  const comparable = stored.length === given.length ? stored : noHash;
  return timingSafeEqual(given, comparable) && hash !== null && comparable === stored;
}
