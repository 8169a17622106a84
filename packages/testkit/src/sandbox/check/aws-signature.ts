import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { Credential } from '@patchbay/contracts';
import type { Arrival } from '../arrival.ts';

/**
 * AWS Signature Version 4 of a request in its Authorization header, as the vendor checks it. Written from
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html, apart from the library that signs.
 */
export interface AwsSignature {
  /** Matches the whole header; the group `secret` is the signature. */
  readonly shape: RegExp;
  /** What goes along with it. */
  readonly headerNames: readonly string[];
  /** What is wrong with the request whoever signed it, or null. `now`: Unix milliseconds. */
  problemOf(arrival: Arrival, now: number): string | null;
  /** Whether the credential's keys make this signature. */
  isOf(arrival: Arrival, credential: Credential): boolean;
}

/** Milliseconds by which the clock of whoever signed may be wrong. */
const skewMs = 15 * 60_000;

export function awsSignatureFor(service: string, isRegion: (region: string) => boolean): AwsSignature {
  const shape = new RegExp(
    `^AWS4-HMAC-SHA256 Credential=(?<key>[\\w-]+)/(?<day>\\d{8})/(?<region>[a-z0-9-]+)/${service}/aws4_request, ` +
      'SignedHeaders=(?<names>[a-z0-9-]+(?:;[a-z0-9-]+)*), Signature=(?<secret>[0-9a-f]{64})$',
  );
  const partsOf = (arrival: Arrival) => shape.exec(arrival.header('authorization') ?? '')?.groups ?? {};

  return {
    shape,
    headerNames: ['x-amz-date', 'x-amz-content-sha256', 'x-amz-security-token'],
    problemOf(arrival, now) {
      const { day = '', region = '', names = '' } = partsOf(arrival);
      const date = arrival.header('x-amz-date') ?? '';
      const [, year, month, dayOf, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date) ?? [];
      if (year === undefined || !date.startsWith(day)) return 'x-amz-date is not the time of the signature';
      const at = Date.parse(`${year}-${month}-${dayOf}T${hour}:${minute}:${second}Z`);
      if (Math.abs(now - at) > skewMs) return 'the signature is not of this time';
      if (!isRegion(region)) return `the signature is for the region ${region}`;
      const signed = names.split(';');
      if (signed.join(';') !== [...signed].sort().join(';')) return 'SignedHeaders is not sorted';
      const must = ['host', ...arrival.headerNames().filter((name) => name.startsWith('x-amz-'))];
      const missing = must.find((name) => !signed.includes(name));
      if (missing !== undefined) return `the header ${missing} is not signed`;
      const sent = arrival.header('x-amz-content-sha256');
      if (sent !== undefined && sent !== sha256(arrival.body)) return 'x-amz-content-sha256 is of another body';
      if (sent === undefined && service === 's3') return 'S3 wants x-amz-content-sha256';
      return null;
    },
    isOf(arrival, credential) {
      if (credential.type !== 'custom') return false;
      const { key = '', day = '', region = '', names = '', secret = '' } = partsOf(arrival);
      const { access_key_id, secret_access_key, session_token } = credential.fields;
      if (key !== access_key_id || arrival.header('x-amz-security-token') !== session_token) return false;
      const request = canonicalRequest(arrival, names.split(';'), service === 's3');
      const scope = `${day}/${region}/${service}/aws4_request`;
      const toSign = `AWS4-HMAC-SHA256\n${arrival.header('x-amz-date')}\n${scope}\n${sha256(request)}`;
      const steps = [day, region, service, 'aws4_request'];
      const signingKey = steps.reduce<Buffer>(hmac, Buffer.from(`AWS4${secret_access_key}`));
      return timingSafeEqual(hmac(signingKey, toSign), Buffer.from(secret, 'hex'));
    },
  };
}

function canonicalRequest(arrival: Arrival, names: readonly string[], plainPath: boolean): string {
  const headers = names.map((name) => `${name}:${(arrival.header(name) ?? '').trim().replace(/ +/g, ' ')}\n`);
  const query = arrival.queryPairs
    .map(([name, value]) => [escaped(name), escaped(value)] as const)
    .sort(([a, one], [b, two]) => compare(a, b) || compare(one, two))
    .map(([name, value]) => `${name}=${value}`);
  // All but S3 take the path as it was sent and escape it once more.
  const path = plainPath ? arrival.path : arrival.path.split('/').map(escaped).join('/');
  return [
    arrival.method,
    path === '' ? '/' : path,
    query.join('&'),
    headers.join(''),
    names.join(';'),
    sha256(arrival.body),
  ].join('\n');
}

/** RFC 3986: all but the unreserved characters. */
function escaped(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const sha256 = (data: string | Buffer): string => createHash('sha256').update(data).digest('hex');
const hmac = (key: Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
