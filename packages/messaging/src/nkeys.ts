import { createCurve, createUser, fromCurveSeed, fromSeed } from '@nats-io/nkeys';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A new NATS user identity: its seed (`SU…`, secret) and public key (`U…`). */
export function createUserSeed(): { seed: string; publicKey: string } {
  const pair = createUser();
  return { seed: decoder.decode(pair.getSeed()), publicKey: pair.getPublicKey() };
}

/** The public key of a user seed. Throws on anything that is not a seed. */
export function publicKeyOf(seed: string): string {
  return fromSeed(encoder.encode(seed.trim())).getPublicKey();
}

/** An X25519 key pair (NATS xkey) that seals messages to one recipient and opens those sealed to itself. */
export interface SealingKeys {
  /** `X…`, 56 characters. */
  readonly publicKey: string;
  seal(data: Uint8Array, recipient: string): Uint8Array;
  /** @throws Error when the message was not sealed to us by `sender`, or was changed. */
  open(data: Uint8Array, sender: string): Uint8Array;
}

/** A new xkey seed (`SX…`, secret). */
export function createSealingSeed(): string {
  return decoder.decode(createCurve().getSeed());
}

/** Sealing keys from a seed, or fresh ones that live as long as this process. */
export function createSealingKeys(seed?: string): SealingKeys {
  const pair = seed === undefined ? createCurve() : fromCurveSeed(encoder.encode(seed.trim()));
  return {
    publicKey: pair.getPublicKey(),
    seal: (data, recipient) => pair.seal(data, recipient),
    open(data, sender) {
      const opened = pair.open(data, sender);
      if (opened === null) throw new Error('the sealed message could not be opened');
      return opened;
    },
  };
}
