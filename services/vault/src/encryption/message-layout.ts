import type { TenantKeyName } from './key-service.ts';
import { keyNameOf, keyNamespace } from './tenant-keyring.ts';

/** Large enough that a credential is always one frame. */
export const frameBytes = 65_536;

/**
 * Whether `message` has exactly the shape the vault writes, before any of it is decrypted: AWS Encryption SDK message
 * format 2.0, suite 0x0478, this encryption context and no other, one data key under this tenant key, one final frame,
 * nothing after it. The SDK itself takes other suites' headers apart, ignores bytes after the final frame and takes any
 * context; here each of those is refused. Source: AWS Encryption SDK developer guide, message format reference.
 */
export function isCredentialMessage(
  message: Buffer,
  context: Readonly<Record<string, string>>,
  key: TenantKeyName,
): boolean {
  let offset = 0;
  for (const part of expectedHead(context, key)) {
    if (typeof part === 'number') {
      offset += part;
      continue;
    }
    if (!message.subarray(offset, offset + part.length).equals(part)) return false;
    offset += part.length;
  }
  const body = message.subarray(offset);
  return body.length >= 4 && body.length === 4 + body.readUInt32BE(0) + tagBytes;
}

const ivBytes = 12;
const tagBytes = 16;

/** Bytes that are known before decryption, and the lengths of those that are random. */
function expectedHead(context: Readonly<Record<string, string>>, key: TenantKeyName): (Buffer | number)[] {
  const aad = serializeContext(context);
  return [
    Buffer.from([0x02, 0x04, 0x78]), // format 2.0, ALG_AES256_GCM_IV12_TAG16_HKDF_SHA512_COMMIT_KEY
    32, // message id
    Buffer.concat([
      uint16(aad.length),
      aad,
      uint16(1), // one encrypted data key
      lengthPrefixed(keyNamespace),
      uint16(Buffer.byteLength(keyNameOf(key)) + 8 + ivBytes),
      Buffer.from(keyNameOf(key)),
      uint32(tagBytes * 8),
      uint32(ivBytes),
    ]),
    ivBytes,
    uint16(32 + tagBytes),
    32 + tagBytes, // wrapped data key and tag
    Buffer.concat([Buffer.from([0x02]), uint32(frameBytes)]), // framed content
    32 + tagBytes, // key commitment, header tag
    Buffer.concat([uint32(0xffff_ffff), uint32(1)]), // final frame, the first
    ivBytes,
  ];
}

/** Pairs sorted by key, each text prefixed by its length. Our keys are ASCII, so code unit order is byte order. */
function serializeContext(context: Readonly<Record<string, string>>): Buffer {
  const pairs = Object.entries(context).sort(([a], [b]) => (a < b ? -1 : 1));
  return Buffer.concat([
    uint16(pairs.length),
    ...pairs.flatMap(([name, value]) => [lengthPrefixed(name), lengthPrefixed(value)]),
  ]);
}

function lengthPrefixed(text: string): Buffer {
  return Buffer.concat([uint16(Buffer.byteLength(text)), Buffer.from(text)]);
}

function uint16(value: number): Buffer {
  const buffer = Buffer.alloc(2);
  buffer.writeUInt16BE(value);
  return buffer;
}

function uint32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32BE(value);
  return buffer;
}
