import { createHmac, timingSafeEqual } from 'node:crypto';

/** Milliseconds that a signature may be old, or ahead of our clock. */
const toleranceMs = 300_000;

/**
 * Whether a body is signed as Retell signs: header `x-retell-signature: v=<Unix milliseconds>,d=<hex>`, where `d` is the
 * HMAC-SHA-256 of the body's text followed by `v`, under the account's API key (https://docs.retellai.com/features/secure-webhook).
 * Every key is tried, in constant time each. None: no body is.
 */
export function isSignedByRetell(
  body: string,
  signature: string | null,
  keys: readonly string[],
  nowMs: number,
): boolean {
  const [, stamp, digest] = /^v=(\d{1,16}),d=([0-9a-f]{64})$/i.exec(signature ?? '') ?? [];
  if (stamp === undefined || digest === undefined) return false;
  if (Math.abs(nowMs - Number(stamp)) > toleranceMs) return false;
  const given = Buffer.from(digest, 'hex');
  const matching = keys.filter((key) =>
    timingSafeEqual(createHmac('sha256', key).update(body).update(stamp).digest(), given),
  );
  return matching.length > 0;
}
