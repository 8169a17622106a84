import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { cosignedMessage } from './cosigned-message.ts';
import type { NoteSignature } from './signed-note.ts';
import { type VerifierKey, verifierKey } from './verifier-key.ts';

/**
 * Signs with an Ed25519 key that may be elsewhere, such as in a KMS: 64 bytes over the message as it is (RFC 8032 pure Ed25519).
 * The name is the note's business and the same key may sign under many, one for each tenant's log.
 */
export interface SigningKey {
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  sign(message: Uint8Array): Promise<Uint8Array>;
}

/** A key in this process. @throws RangeError when it is not an Ed25519 key. */
export function localSigningKey(privateKey: KeyObject): SigningKey {
  const { bytes } = verifierKey('local', createPublicKey(privateKey));
  return { publicKey: bytes, sign: async (message) => sign(null, message, privateKey) };
}

/** Of a file in PEM (PKCS #8). @throws when it holds no Ed25519 private key. */
export function readSigningKey(pem: string | Buffer): SigningKey {
  return localSigningKey(createPrivateKey(pem));
}

/** A new key as a PEM file (PKCS #8), to be written where only its owner reads. */
export function newSigningKeyPem(): string {
  return generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }) as string;
}

/** Signs a note's text under a name. */
export async function signText(text: string, name: string, key: SigningKey): Promise<NoteSignature> {
  const verifier = verifierKey(name, key.publicKey);
  return signed(verifier, await key.sign(Buffer.from(text)));
}

/** A witness's word that it saw a checkpoint's text at a time in POSIX seconds. */
export async function cosignText(text: string, time: number, name: string, key: SigningKey): Promise<NoteSignature> {
  const verifier = verifierKey(name, key.publicKey, 4);
  const stamp = Buffer.alloc(8);
  stamp.writeBigUInt64BE(BigInt(time));
  const { name: of, keyId, bytes } = signed(verifier, await key.sign(cosignedMessage(text, time)));
  return { name: of, keyId, bytes: Buffer.concat([stamp, bytes]) };
}

function signed({ name, id }: VerifierKey, signature: Uint8Array): NoteSignature {
  if (signature.length !== 64) throw new RangeError('An Ed25519 signature has 64 bytes.');
  return { name, keyId: id, bytes: Buffer.from(signature) };
}
