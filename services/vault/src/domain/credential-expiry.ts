import { type Credential, maxLeaseMs } from '@patchbay/contracts';

/** When the credential ends, RFC 3339, or null when it does not say. */
export function expiryOf(credential: Credential): string | null {
  return credential.type === 'oauth2' ? (credential.expires_at ?? null) : null;
}

/** Whether a new token can be had without anybody: by a refresh token, or by a grant that can be asked for again. */
export function isRefreshable(credential: Credential): boolean {
  return (
    credential.type === 'oauth2' && (credential.refresh_token !== undefined || credential.issuer?.renewable === true)
  );
}

/** Share of a token's life, and milliseconds at most, before its end at which it is refreshed while it still serves. */
const early = { share: 0.2, mostMs: 300_000 };
/** A token that ends within so many milliseconds is as good as ended: it would end on its way. */
const leastMs = 1_000;
/** Milliseconds for which a new token is not taken for bad because an upstream refuses it. */
const newMs = 60_000;

/** Whether a connection's token should be refreshed: `now` before it can be lent, `soon` beside lending it, or `not`. */
export function refreshDue(
  record: {
    readonly refreshable: boolean;
    readonly credential_version: number;
    readonly credential_stored_at: string;
    readonly credential_expires_at: string | null;
  },
  refusedVersion: number | undefined,
  nowMs: number,
): 'now' | 'soon' | 'not' {
  if (!record.refreshable) return 'not';
  const storedMs = Date.parse(record.credential_stored_at);
  // An upstream that refuses every token would else cost one for each call.
  if (refusedVersion === record.credential_version && nowMs > storedMs + newMs) return 'now';
  if (record.credential_expires_at === null) return 'not';
  const endsMs = Date.parse(record.credential_expires_at);
  if (!(endsMs > nowMs + leastMs)) return 'now';
  const earlyMs = Math.min(early.mostMs, (endsMs - storedMs) * early.share);
  return endsMs - nowMs < earlyMs ? 'soon' : 'not';
}

/**
 * Whole milliseconds for which a lease may be used: at most `maxLeaseMs` and never past the credential's end; 0 when it
 * has ended. A time that cannot be read counts as ended.
 */
export function leaseTtlMs(expiresAt: string | null, nowMs: number): number {
  if (expiresAt === null) return maxLeaseMs;
  const leftMs = Math.floor(Date.parse(expiresAt) - nowMs);
  return leftMs > 0 ? Math.min(leftMs, maxLeaseMs) : 0;
}
