import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { certify } from './certificate.test-support.ts';
import type { WebhookScheme } from './scheme.ts';

export interface KeyPair {
  /** What the source has. */
  readonly secret: string;
  /** What the vendor signs with: the same, or the private key. */
  readonly given: string;
  /** What is at the URL of the vendor's certificate. */
  readonly certificate?: string;
}

/** A secret of the form that a scheme's first variant takes. */
export function keysFor({ verify: [first] }: WebhookScheme): KeyPair {
  // Readable as text, base64 and hex alike.
  const shared = 'c0ffee00c0ffee00c0ffee00c0ffee00';
  if (first === undefined) return { secret: shared, given: shared };
  if ('certificate' in first && first.certificate !== undefined) {
    const { certificate, privateKey } = certify('vendor.example', new Date('2020-01-01'), new Date('2040-01-01'));
    return { secret: '', given: privateKey, certificate };
  }
  if (first.kind === 'jwt' && first.key === 'jwk') {
    const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    return { secret: JSON.stringify(pair.publicKey.export({ format: 'jwk' })), given: pemOf(pair.privateKey) };
  }
  if (first.kind === 'jwt' && first.key === 'pem') {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
    return { secret: publicKey.export({ format: 'pem', type: 'spki' }).toString(), given: pemOf(privateKey) };
  }
  if (!('key' in first) || typeof first.key !== 'object' || !('format' in first.key)) {
    return { secret: shared, given: shared };
  }
  const { format } = first.key;
  const pair =
    first.kind === 'ed25519'
      ? generateKeyPairSync('ed25519')
      : first.kind === 'ecdsa'
        ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
        : generateKeyPairSync('rsa', { modulusLength: 2_048 });
  const der = pair.publicKey.export({ format: 'der', type: 'spki' });
  const secret = {
    raw_hex: () => der.subarray(-32).toString('hex'),
    raw_base64: () => der.subarray(-32).toString('base64'),
    spki_base64: () => der.toString('base64'),
    pem: () => pair.publicKey.export({ format: 'pem', type: 'spki' }).toString(),
  }[format]();
  return { secret, given: pemOf(pair.privateKey) };
}

function pemOf(key: KeyObject): string {
  return key.export({ format: 'pem', type: 'pkcs8' }).toString();
}
