import { createAccount, createUser, fromSeed } from '@nats-io/nkeys';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A new NATS user identity: its seed (`SU…`, secret) and public key (`U…`). */
export function createUserSeed(): { seed: string; publicKey: string } {
  const pair = createUser();
  return { seed: decoder.decode(pair.getSeed()), publicKey: pair.getPublicKey() };
}

/** A new seed (`SA…`, secret) that user JWTs are signed by. */
export function createAccountSeed(): string {
  return decoder.decode(createAccount().getSeed());
}

/** The public key of a user's or an account's seed. Throws on anything that is not a seed. */
export function publicKeyOf(seed: string): string {
  return fromSeed(encoder.encode(seed.trim())).getPublicKey();
}
