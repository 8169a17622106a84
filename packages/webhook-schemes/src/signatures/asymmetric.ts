import { createPublicKey, type KeyObject, verify, X509Certificate } from 'node:crypto';
import { publicKeyOf } from '../encodings.ts';
import { Refusal } from '../hook-request.ts';
import { renderText, type Values } from '../render-template.ts';
import type { Verification } from '../scheme.ts';

type Asymmetric = Extract<Verification, { kind: 'ed25519' | 'ecdsa' | 'rsa' }>;

/** Gives the PEM of a certificate by its URL, through the egress guard. Rejects when it cannot be had. */
export type FetchCertificate = (url: string) => Promise<string>;

const types = { ed25519: 'ed25519', ecdsa: 'ec', rsa: 'rsa' } as const;

/** Whether a signature is right under a key. */
export function isSignedBy(
  key: KeyObject,
  { kind, hash }: Asymmetric,
  signed: Uint8Array,
  signature: Uint8Array,
): boolean {
  if (key.asymmetricKeyType !== types[kind]) throw new Refusal('key_unusable', `The public key is not one of ${kind}.`);
  try {
    return verify(kind === 'ed25519' ? null : (hash ?? 'sha256'), signed, key, signature);
  } catch {
    return false; // of a length or shape that no such signature has
  }
}

/** The key to verify with: of the secret, or of the certificate that the request names. */
export async function keyToVerifyWith(
  verification: Asymmetric,
  secret: string,
  values: Values,
  nowMs: number,
  fetchCertificate: FetchCertificate,
): Promise<KeyObject> {
  const { certificate, key } = verification;
  if (key !== undefined) return publicKeyOf(secret, key);
  if (certificate === undefined) throw new Refusal('key_unusable', 'The scheme names no key.');
  const url = renderText(certificate.url, values);
  if (!isAt(url, certificate.hosts)) {
    throw new Refusal('key_unusable', `The certificate's URL is not at ${certificate.hosts.join(', ')}.`);
  }
  const pem = await fetchCertificate(url).catch(() => {
    throw new Refusal('key_not_fetched', 'The certificate could not be fetched.');
  });
  return certifiedKey(pem, nowMs);
}

function certifiedKey(pem: string, nowMs: number): KeyObject {
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(pem);
  } catch {
    throw new Refusal('key_unusable', 'What was fetched is no certificate.');
  }
  if (nowMs < certificate.validFromDate.getTime() || nowMs > certificate.validToDate.getTime()) {
    throw new Refusal('key_unusable', 'The certificate is not valid now.');
  }
  return createPublicKey(certificate.publicKey.export({ format: 'pem', type: 'spki' }));
}

/** Whether a URL is https, on the usual port, without a user, at one of the hosts; `*.` stands for any names before. */
export function isAt(url: string, hosts: readonly string[]): boolean {
  const parsed = URL.parse(url);
  if (parsed?.protocol !== 'https:' || parsed.port !== '' || parsed.username !== '' || parsed.password !== '')
    return false;
  return hosts.some((host) =>
    host.startsWith('*.') ? parsed.hostname.endsWith(host.slice(1)) : parsed.hostname === host,
  );
}
