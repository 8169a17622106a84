import { createHmac } from 'node:crypto';
import { erasedTokenChars, PatchbayError, type SubjectToken } from '@patchbay/contracts';

const longest = 256;

/**
 * The one form in which an identifier is counted, so that every spelling of it has the same token: `phone:+15551234567` from
 * `+1 (555) 123-4567` and `001 555 1234567`, `email:ada@example.com` from `Ada@Example.com`, else `id:` and the text. A kind may be named before it;
 * without one it is told by the form: a number with its country, an address with an `@`. A number without its country is an id,
 * as which country is meant nobody says.
 * @throws PatchbayError `invalid_request` when what is behind a kind is not of it, or nothing is.
 */
export function canonicalSubject(identifier: string): string {
  const text = identifier.normalize('NFC').trim();
  const named = /^(phone|email|id):(.*)$/su.exec(text);
  if (named === null) {
    const guessed = phoneOf(text) ?? emailOf(text);
    return guessed ?? idOf(text);
  }
  const [, kind, rest = ''] = named;
  const found = kind === 'phone' ? phoneOf(rest.trim()) : kind === 'email' ? emailOf(rest.trim()) : idOf(rest.trim());
  if (found !== null) return found;
  throw new PatchbayError('invalid_request', {
    message: kind === 'phone' ? 'A phone number needs its country: phone:+1555…' : 'That is no e-mail address.',
    details: { issues: [{ path: 'subject', message: `not of kind '${kind}'` }] },
  });
}

/** Whether a text reads as a way to reach somebody: a phone number with its country, or an e-mail address. */
export function isContact(text: string): boolean {
  return !text.startsWith('id:') && !canonicalOrId(text).startsWith('id:');
}

function canonicalOrId(text: string): string {
  return phoneOf(text.replace(/^phone:/, '')) ?? emailOf(text.replace(/^email:/, '')) ?? 'id:';
}

/** E.164: at most 15 digits. An extension, or anything else behind it, makes it no number. */
function phoneOf(text: string): string | null {
  if (text.length > 40 || !/^(?:\+|00)[\d\s().\-/]+$/u.test(text)) return null;
  const digits = text.replace(/^00/, '').replace(/\D/gu, '');
  return digits.length >= 7 && digits.length <= 15 ? `phone:+${digits}` : null;
}

function emailOf(text: string): string | null {
  return text.length <= longest && /^[^\s@]+@[^\s@]+\.[^\s@]+$/u.test(text) ? `email:${text.toLowerCase()}` : null;
}

function idOf(text: string): string {
  if (text.length > 0 && text.length <= longest) return `id:${text}`;
  throw new PatchbayError('invalid_request', {
    message: `An identifier has 1 to ${longest} characters.`,
    details: { issues: [{ path: 'subject', message: 'empty or too long' }] },
  });
}

/**
 * A person's token. After an erasure the next `generation` counts, so that what comes later is not seen to be of the same person.
 * @param canonical from `canonicalSubject`.
 * @param key 32 bytes: the tenant's subject key.
 */
export function subjectToken(key: Uint8Array, canonical: string, generation: number): SubjectToken {
  // A canonical form begins with its kind, so no number before it makes one person's text another's.
  const text = generation === 0 ? canonical : `${generation} ${canonical}`;
  return `tok_${createHmac('sha256', key).update(text).digest('base64url')}`;
}

/** By what a lent list knows an erased token. */
export function erasedMarkOf(token: SubjectToken): string {
  return token.slice('tok_'.length, 'tok_'.length + erasedTokenChars);
}

/** A person's tokens: those that were erased, oldest first, and the one in use. */
export function subjectTokens(
  key: Uint8Array,
  canonical: string,
  isErased: (mark: string) => boolean,
): { token: SubjectToken; erased: SubjectToken[] } {
  const erased: SubjectToken[] = [];
  for (let generation = 0; ; generation++) {
    const token = subjectToken(key, canonical, generation);
    if (!isErased(erasedMarkOf(token))) return { token, erased };
    erased.push(token);
  }
}
