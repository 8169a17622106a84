import { createPrivateKey, createPublicKey, randomBytes, sign } from 'node:crypto';
import { Codec } from '@nats-io/nkeys/lib/codec.js';
import { Prefix } from '@nats-io/nkeys/lib/nkeys.js';
import type { Authenticator } from '@nats-io/transport-node';

const encoder = new TextEncoder();
const decoder = new TextDecoder();
/** What stands before the 32 bytes of an Ed25519 seed in PKCS #8 (RFC 8410, section 7). */
const pkcs8 = Buffer.from('302e020100300506032b657004220420', 'hex');
const seedBytes = 32;

/**
 * A user's or an account's key. The arithmetic is the runtime's own: that of `@nats-io/nkeys` is JavaScript, which takes a process that
 * has just started 60 ms to connect once.
 */
export interface SigningKey {
  /** `U…` or `A…`, 56 characters. */
  readonly publicKey: string;
  /** Ed25519, 64 bytes. */
  sign(data: Uint8Array): Uint8Array;
}

/** @throws Error for anything that is no seed of a user or an account. */
export function signingKeyOf(seed: string): SigningKey {
  const { prefix, buf } = Codec.decodeSeed(encoder.encode(seed.trim()));
  if ((prefix !== Prefix.User && prefix !== Prefix.Account) || buf.length !== seedBytes)
    throw new Error('the seed is not that of a user or an account');
  const privateKey = createPrivateKey({ key: Buffer.concat([pkcs8, buf]), format: 'der', type: 'pkcs8' });
  const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
  return {
    publicKey: decoder.decode(Codec.encode(prefix, spki.subarray(-seedBytes))),
    sign: (data) => sign(null, data, privateKey),
  };
}

/** Proves to a server that the client holds the seed. @throws Error as `signingKeyOf`. */
export function nkeyAuthenticator(seed: string): Authenticator {
  const key = signingKeyOf(seed);
  return (nonce) => ({
    nkey: key.publicKey,
    sig: nonce ? Buffer.from(key.sign(encoder.encode(nonce))).toString('base64') : '',
  });
}

/** A new NATS user identity: its seed (`SU…`, secret) and public key (`U…`). */
export function createUserSeed(): { seed: string; publicKey: string } {
  const seed = newSeed(Prefix.User);
  return { seed, publicKey: publicKeyOf(seed) };
}

/** A new seed (`SA…`, secret) that user JWTs are signed by. */
export function createAccountSeed(): string {
  return newSeed(Prefix.Account);
}

/** The public key of a user's or an account's seed. Throws on anything that is not a seed. */
export function publicKeyOf(seed: string): string {
  return signingKeyOf(seed).publicKey;
}

function newSeed(prefix: Prefix): string {
  return decoder.decode(Codec.encodeSeed(prefix, randomBytes(seedBytes)));
}
