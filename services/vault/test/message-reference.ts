import { createCipheriv, createDecipheriv, hkdfSync, timingSafeEqual } from 'node:crypto';

/** The parts of a message in AWS Encryption SDK format 2.0 under one raw AES key, in their order. */
export interface MessageParts {
  readonly messageId: Buffer;
  /** Serialized: how many pairs, and the pairs sorted. */
  readonly context: Buffer;
  readonly provider: string;
  readonly keyName: string;
  /** Of the encryption of the data key under the tenant key. */
  readonly wrappingIv: Buffer;
  /** The data key under the tenant key, and the tag. */
  readonly wrappedKey: Buffer;
  readonly contentType: number;
  readonly frameBytes: number;
  readonly commitment: Buffer;
  readonly headerTag: Buffer;
  readonly sequence: number;
  readonly bodyIv: Buffer;
  readonly ciphertext: Buffer;
  readonly bodyTag: Buffer;
  /** Everything that the header's tag is over. */
  readonly header: Buffer;
}

const suite = Buffer.from([0x04, 0x78]);
const final = 'AWSKMSEncryptionClient Final Frame';

/**
 * Reads a message of a single final frame. Written from the published format and nothing of ours or of the SDK's, so that
 * the vectors do not depend on what they are to check. Source: AWS Encryption SDK developer guide, message format.
 */
export function readMessage(message: Buffer): MessageParts {
  let at = 0;
  const take = (length: number) => {
    if (at + length > message.length) throw new RangeError('the message is too short');
    at += length;
    return message.subarray(at - length, at);
  };
  const short = () => take(2).readUInt16BE();
  const long = () => take(4).readUInt32BE();
  if (take(1)[0] !== 2 || !take(2).equals(suite)) throw new TypeError('not version 2.0, suite 0x0478');
  const messageId = take(32);
  const context = take(short());
  if (short() !== 1) throw new TypeError('not one data key');
  const provider = take(short()).toString();
  const info = take(short());
  const wrappedKey = take(short());
  const contentType = take(1)[0] as number;
  const frameBytes = long();
  const commitment = take(32);
  const header = message.subarray(0, at);
  const headerTag = take(16);
  if (long() !== 0xffff_ffff) throw new TypeError('not a final frame');
  const sequence = long();
  const bodyIv = take(12);
  const ciphertext = take(long());
  const bodyTag = take(16);
  if (at !== message.length) throw new RangeError('something follows the message');
  return {
    messageId,
    context,
    provider,
    keyName: info.subarray(0, -20).toString(),
    wrappingIv: info.subarray(-12),
    wrappedKey,
    contentType,
    frameBytes,
    commitment,
    headerTag,
    sequence,
    bodyIv,
    ciphertext,
    bodyTag,
    header,
  };
}

/** The keys that a data key gives for one message. */
export function derivedKeys(dataKey: Buffer, messageId: Buffer): { readonly key: Buffer; readonly commitment: Buffer } {
  const derive = (info: Buffer) => Buffer.from(hkdfSync('sha512', dataKey, messageId, info, 32));
  return {
    key: derive(Buffer.concat([suite, Buffer.from('DERIVEKEY')])),
    commitment: derive(Buffer.from('COMMITKEY')),
  };
}

/** The data key of a message. @throws Error when it is not under this tenant key and context. */
export function unwrapDataKey({ wrappingIv, wrappedKey, context }: MessageParts, tenantKey: Buffer): Buffer {
  return decrypt(tenantKey, wrappingIv, context, wrappedKey);
}

/** What is inside. @throws Error when anything of it does not verify. */
export function openMessage(message: Buffer, tenantKey: Buffer): Buffer {
  const parts = readMessage(message);
  const { key, commitment } = derivedKeys(unwrapDataKey(parts, tenantKey), parts.messageId);
  if (!timingSafeEqual(commitment, parts.commitment)) throw new Error('the message is committed to another key');
  decrypt(key, Buffer.alloc(12), parts.header, parts.headerTag);
  return decrypt(key, parts.bodyIv, bodyData(parts), Buffer.concat([parts.ciphertext, parts.bodyTag]));
}

/** A tag over nothing but what is additional, as the header has it. */
export function headerTagOf(key: Buffer, header: Buffer): Buffer {
  const cipher = createCipheriv('aes-256-gcm', key, Buffer.alloc(12), { authTagLength: 16 }).setAAD(header);
  cipher.final();
  return cipher.getAuthTag();
}

function bodyData({ messageId, sequence, ciphertext }: MessageParts): Buffer {
  const numbers = Buffer.alloc(12);
  numbers.writeUInt32BE(sequence);
  numbers.writeBigUInt64BE(BigInt(ciphertext.length), 4);
  return Buffer.concat([messageId, Buffer.from(final), numbers]);
}

function decrypt(key: Buffer, iv: Buffer, additional: Buffer, sealed: Buffer): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: 16 }).setAAD(additional);
  decipher.setAuthTag(sealed.subarray(-16));
  return Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]);
}
