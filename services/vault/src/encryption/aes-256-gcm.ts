import { createCipheriv, createDecipheriv } from 'node:crypto';

const algorithm = 'aes-256-gcm';
/** Bytes of an initialization vector; another length is not taken. */
export const ivBytes = 12;
/** Bytes of a tag; a shorter one is not taken. */
export const tagBytes = 16;

/** AES-256-GCM with an IV of 96 bits. @returns the ciphertext with its tag of 128 bits behind it. @throws RangeError. */
export function encryptGcm(key: Buffer, iv: Buffer, additional: Buffer, plaintext: Uint8Array): Buffer {
  assertIv(iv);
  const cipher = createCipheriv(algorithm, key, iv, { authTagLength: tagBytes }).setAAD(additional);
  return Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
}

/** What `encryptGcm` made, in clear; null when it is not that. The caller wipes it. @throws RangeError. */
export function decryptGcm(key: Buffer, iv: Buffer, additional: Buffer, sealed: Buffer): Buffer | null {
  assertIv(iv);
  if (sealed.length < tagBytes) return null;
  // Without an explicit length Node accepts tags cut to 4 bytes.
  const decipher = createDecipheriv(algorithm, key, iv, { authTagLength: tagBytes }).setAAD(additional);
  decipher.setAuthTag(sealed.subarray(-tagBytes));
  const plaintext = decipher.update(sealed.subarray(0, -tagBytes));
  try {
    decipher.final();
    return plaintext;
  } catch {
    plaintext.fill(0);
    return null;
  }
}

/** Node takes IVs of any length, and hashes those that are not 96 bits. */
function assertIv(iv: Buffer): void {
  if (iv.length !== ivBytes) throw new RangeError(`an IV has ${ivBytes} bytes, not ${iv.length}`);
}
