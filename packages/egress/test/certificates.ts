import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

/** A certificate authority made for one test file, and the leaves it signs. */
export interface TestAuthority {
  /** PEM, for the `ca` option. */
  readonly ca: string;
  issue(
    name: string,
    options?: { readonly expired?: boolean },
  ): Promise<{ readonly key: string; readonly cert: string }>;
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const dayMs = 86_400_000;

export async function createTestAuthority(): Promise<TestAuthority> {
  const caKeys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const authority = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: '01',
    name: 'CN=Egress test authority',
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
    async issue(name, { expired = false } = {}) {
      const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
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
      const key = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
      return {
        cert: certificate.toString('pem'),
        key: `-----BEGIN ${'PRIVATE'} KEY-----\n${key}\n-----END ${'PRIVATE'} KEY-----\n`,
      };
    },
  };
}
