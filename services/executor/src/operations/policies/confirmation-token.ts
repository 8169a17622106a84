import { createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';

/** What a token is good for. */
export interface ConfirmationClaim {
  /** Names the token, so that it is used once. */
  readonly id: string;
  readonly tenant: string;
  /** Of the call that the person was asked about: tool, connection, arguments, agent and session. */
  readonly call: string;
  /** Unix milliseconds. */
  readonly expiresAt: number;
}

/** The executors' own key for tokens, derived so that no further secret need be kept. */
export function confirmationKey(macKey: Uint8Array): Buffer {
  return Buffer.from(hkdfSync('sha256', macKey, '', 'patchbay confirmation tokens v1', 32));
}

export function newConfirmation(claim: Omit<ConfirmationClaim, 'id'>): ConfirmationClaim {
  return { ...claim, id: randomBytes(16).toString('base64url') };
}

/** `c1.<claim>.<HMAC-SHA-256>`, both in base64url. */
export function signConfirmation(key: Uint8Array, claim: ConfirmationClaim): string {
  const { id, tenant, call, expiresAt } = claim;
  const body = `c1.${Buffer.from(JSON.stringify([id, tenant, call, expiresAt])).toString('base64url')}`;
  return `${body}.${macOf(key, body).toString('base64url')}`;
}

/** Null for what no executor signed. */
export function readConfirmation(key: Uint8Array, token: string): ConfirmationClaim | null {
  const [kind, text, mac, ...rest] = token.split('.');
  if (kind !== 'c1' || text === undefined || mac === undefined || rest.length > 0) return null;
  const expected = macOf(key, `${kind}.${text}`);
  const given = Buffer.from(mac, 'base64url');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return null;
  const [id, tenant, call, expiresAt] = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  return { id, tenant, call, expiresAt };
}

function macOf(key: Uint8Array, body: string): Buffer {
  return createHmac('sha256', key).update(body).digest();
}
