import { type Credential, maxLeaseMs } from '@patchbay/contracts';

/** When the credential ends, RFC 3339, or null when it does not say. */
export function expiryOf(credential: Credential): string | null {
  return credential.type === 'oauth2' ? (credential.expires_at ?? null) : null;
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
