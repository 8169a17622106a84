import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import type { RememberedAnswerPorts } from '../operations/remembered-answer.ts';

const algorithm = 'aes-256-gcm';
const nonceBytes = 12;
const tagBytes = 16;

/**
 * Digests and ciphertexts under keys that come of the gateways' pepper: answers may hold a key's text or a signing key, and a
 * copy of the store must open none. Each row has a nonce of its own; its place is authenticated with it.
 */
export function requestCipher(pepper: Uint8Array): Pick<RememberedAnswerPorts, 'digest' | 'seal' | 'open'> {
  const keyFor = (purpose: string) => Buffer.from(hkdfSync('sha256', pepper, '', `patchbay gateway ${purpose}`, 32));
  const [digestKey, cipherKey] = [keyFor('request digest'), keyFor('remembered answer')];
  return {
    digest: (text) => createHmac('sha256', digestKey).update(text).digest('base64url'),
    seal(text, place) {
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv(algorithm, cipherKey, nonce).setAAD(Buffer.from(place));
      const sealed = [nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()];
      return Buffer.concat(sealed).toString('base64');
    },
    open(sealed, place) {
      const bytes = Buffer.from(sealed, 'base64');
      const decipher = createDecipheriv(algorithm, cipherKey, bytes.subarray(0, nonceBytes)).setAAD(Buffer.from(place));
      decipher.setAuthTag(bytes.subarray(-tagBytes));
      const text = decipher.update(bytes.subarray(nonceBytes, -tagBytes));
      return Buffer.concat([text, decipher.final()]).toString('utf8');
    },
  };
}
