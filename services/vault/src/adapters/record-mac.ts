import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';

/** Proves that a record which is not encrypted was written by a vault. */
export interface RecordMac {
  /** HMAC-SHA256 in base64url. */
  of(text: string): string;
  /** In constant time. */
  verifies(text: string, mac: string): boolean;
}

/**
 * @param seed the vault's sealing seed, the same in every replica. Records that outlive it are refused with another.
 * @param purpose each has a key of its own.
 */
export function createRecordMac(seed: string, purpose: string): RecordMac {
  const key = Buffer.from(hkdfSync('sha256', seed, '', purpose, 32));
  const of = (text: string) => createHmac('sha256', key).update(text).digest('base64url');
  return {
    of,
    verifies(text, mac) {
      // As texts: the same bytes could be written in more than one way.
      const [own, given] = [Buffer.from(of(text)), Buffer.from(mac)];
      return own.length === given.length && timingSafeEqual(own, given);
    },
  };
}
