import { createCurve, fromCurveSeed } from '@nats-io/nkeys';
import { Codec } from '@nats-io/nkeys/lib/codec.js';
import { Prefix } from '@nats-io/nkeys/lib/nkeys.js';
import nacl from 'tweetnacl';

const encoder = new TextEncoder();
const decoder = new TextDecoder();
/** First bytes of a sealed message; the nonce follows, then the box. */
const header = encoder.encode('xkv1');
const nonceBytes = nacl.box.nonceLength;
/** Partners whose shared key is kept. */
const maxPartners = 1_024;

/** An X25519 key pair (NATS xkey) that seals messages to one recipient and opens those sealed to itself. */
export interface SealingKeys {
  /** `X…`, 56 characters. */
  readonly publicKey: string;
  /** @throws Error when `recipient` is no xkey. */
  seal(data: Uint8Array, recipient: string): Uint8Array;
  /** @throws Error when the message was not sealed to us by `sender`, or was changed. */
  open(data: Uint8Array, sender: string): Uint8Array;
}

/** A new xkey seed (`SX…`, secret). */
export function createSealingSeed(): string {
  return decoder.decode(createCurve().getSeed());
}

/**
 * Sealing keys from a seed, or fresh ones that live as long as this process. Messages are those of NATS xkeys. What two
 * keys have in common is worked out once for each partner: that is a millisecond, and nearly all of the work.
 */
export function createSealingKeys(seed?: string): SealingKeys {
  const pair = seed === undefined ? createCurve() : fromCurveSeed(encoder.encode(seed.trim()));
  const secret = Codec.decodeSeed(pair.getSeed()).buf;
  const common = new Map<string, Uint8Array>();

  function commonWith(publicKey: string): Uint8Array {
    const known = common.get(publicKey);
    if (known !== undefined) return known;
    const made = nacl.box.before(Codec.decode(Prefix.Curve, encoder.encode(publicKey)), secret);
    if (common.size >= maxPartners) common.clear();
    common.set(publicKey, made);
    return made;
  }

  return {
    publicKey: pair.getPublicKey(),
    seal(data, recipient) {
      const key = commonWith(recipient);
      const nonce = nacl.randomBytes(nonceBytes);
      return Buffer.concat([header, nonce, nacl.box.after(data, nonce, key)]);
    },
    open(data, sender) {
      const key = commonWith(sender);
      const start = header.length + nonceBytes;
      const isOurs = data.length > start && header.every((byte, i) => data[i] === byte);
      const opened = isOurs
        ? nacl.box.open.after(data.subarray(start), data.subarray(header.length, start), key)
        : null;
      if (opened === null) throw new Error('the sealed message could not be opened');
      return opened;
    },
  };
}
