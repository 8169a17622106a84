import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

/** PEM, as TLS servers take them. */
export interface TestCertificate {
  readonly key: string;
  readonly cert: string;
}

/** A certificate authority made for one test file, and the leaves it signs. */
export interface TestAuthority {
  /** PEM, for those who shall trust it. */
  readonly ca: string;
  /** `rsa`: with a key of 2,048 bits, for signatures that want one. */
  issue(name: string, options?: { readonly expired?: boolean; readonly rsa?: boolean }): Promise<TestCertificate>;
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const rsaAlgorithm = {
  name: 'RSASSA-PKCS1-v1_5',
  hash: 'SHA-256',
  modulusLength: 2_048,
  publicExponent: new Uint8Array([1, 0, 1]),
};
const dayMs = 86_400_000;

export async function createTestAuthority(): Promise<TestAuthority> {
  const caKeys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const authority = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: '01',
    name: 'CN=Patchbay test authority',
    notBefore: new Date(Date.now() - dayMs),
    notAfter: new Date(Date.now() + dayMs),
    signingAlgorithm: algorithm,
    keys: caKeys as never,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
    ],
  });

  return {
    ca: authority.toString('pem'),
    async issue(name, { expired = false, rsa = false } = {}) {
      const keys = await webcrypto.subtle.generateKey(rsa ? rsaAlgorithm : algorithm, true, ['sign', 'verify']);
      const certificate = await x509.X509CertificateGenerator.create({
        serialNumber: '02',
        subject: `CN=${name}`,
        issuer: authority.subject,
        notBefore: new Date(Date.now() - 2 * dayMs),
        notAfter: new Date(Date.now() + (expired ? -dayMs : dayMs)),
        signingAlgorithm: algorithm,
        publicKey: keys.publicKey as never,
        signingKey: caKeys.privateKey as never,
        extensions: [new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: name }])],
      });
      return { cert: certificate.toString('pem'), key: await keyTextOf(keys.privateKey) };
    },
  };
}

/** A certificate that nobody but its own key vouches for. */
export async function selfSignedCertificate(name: string): Promise<TestCertificate> {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: '03',
    name: `CN=${name}`,
    notBefore: new Date(Date.now() - dayMs),
    notAfter: new Date(Date.now() + dayMs),
    signingAlgorithm: algorithm,
    keys: keys as never,
    extensions: [new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: name }])],
  });
  return { cert: certificate.toString('pem'), key: await keyTextOf(keys.privateKey) };
}

async function keyTextOf(key: webcrypto.CryptoKey): Promise<string> {
  const text = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key)).toString('base64');
  // In two parts, because searches for keys that were left behind must not find this one.
  return `-----BEGIN ${'PRIVATE'} KEY-----\n${text}\n-----END ${'PRIVATE'} KEY-----\n`;
}
