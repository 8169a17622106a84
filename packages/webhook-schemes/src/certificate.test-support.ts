import { generateKeyPairSync, sign } from 'node:crypto';

/** A certificate that signs itself, and the key that it certifies, as PEM. */
export interface Certified {
  readonly certificate: string;
  readonly privateKey: string;
}

/** Object identifiers, in DER: sha256WithRSAEncryption, commonName. */
const sha256WithRsa = Buffer.from('06092a864886f70d01010b0500', 'hex');
const commonName = Buffer.from('0603550403', 'hex');

/** RFC 5280, section 4.1, with RSA and as little as may be; Node reads certificates and makes none. */
export function certify(name: string, from: Date, to: Date): Certified {
  const pair = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  const algorithm = der(0x30, sha256WithRsa);
  const named = der(0x30, der(0x31, der(0x30, commonName, der(0x0c, Buffer.from(name)))));
  const content = der(
    0x30,
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.from([1])),
    algorithm,
    named,
    der(0x30, time(from), time(to)),
    named,
    pair.publicKey.export({ format: 'der', type: 'spki' }),
  );
  const signature = sign('sha256', content, pair.privateKey);
  const whole = der(0x30, content, algorithm, der(0x03, Buffer.from([0]), signature));
  const lines = whole.toString('base64').replace(/.{64}/g, '$&\n');
  return {
    certificate: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
    privateKey: pair.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
  };
}

function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

function time(date: Date): Buffer {
  return der(0x18, Buffer.from(`${date.toISOString().replace(/\D/g, '').slice(0, 14)}Z`));
}
