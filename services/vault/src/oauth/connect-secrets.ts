import { createHash, createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';

/** Bytes of a state's and a cookie's random part. */
const randomPart = 32;
const statePattern = /^([a-z0-9-]{1,63})\.(cnx_[0-9A-Z]{26})\.([A-Za-z0-9_-]{43})$/;

/** What of a connect only the browser that follows its link, and the vendor, may know. */
export interface ConnectSecrets {
  /** A new state for the connect: it names it, and holds 256 random bits. */
  newState(tenant: string, connect: string): string;
  /** The PKCE verifier that goes with a state: made of it and the vault's key, so that none is stored. */
  verifierOf(state: string): string;
}

/** `seed` is the vault's sealing seed, the same in every replica. */
export function createConnectSecrets(seed: string): ConnectSecrets {
  const key = Buffer.from(hkdfSync('sha256', seed, '', 'patchbay connect verifier v1', 32));
  return {
    newState: (tenant, connect) => `${tenant}.${connect}.${randomText()}`,
    verifierOf: (state) => createHmac('sha256', key).update(state).digest('base64url'),
  };
}

/** The connect that a state names, or null when it is none of ours. Says nothing of whether it is good. */
export function readState(state: string): { readonly tenant: string; readonly connect: string } | null {
  const found = statePattern.exec(state);
  return found === null ? null : { tenant: found[1] as string, connect: found[2] as string };
}

export function randomText(): string {
  return randomBytes(randomPart).toString('base64url');
}

export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

/** In constant time, whether the text is the one that was hashed. False for no hash. */
export function isHashed(text: string, hash: string | null): boolean {
  if (hash === null) return false;
  const [own, kept] = [Buffer.from(hashOf(text)), Buffer.from(hash)];
  return own.length === kept.length && timingSafeEqual(own, kept);
}
