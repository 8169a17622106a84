import { describe, expect, it } from 'vitest';
import { millisecondsOf } from './check-timestamp.ts';
import { loadSchemes, readEvents, type SourceSecret, signSample, verifyRequest, type WebhookScheme } from './index.ts';
import { keysFor } from './sample-keys.test-support.ts';

const schemes = [...loadSchemes().values()];
const now = Date.UTC(2026, 10, 29, 12);
const url = 'https://hooks.example.com/hooks/src_1';
const never = () => Promise.reject(new Error('nothing is fetched here'));

const secretsOf = (value: string): SourceSecret[] => [{ id: 'first', value, expiresAt: null }];

describe.each(schemes.filter(({ vectors }) => vectors.length > 0))('what $name published', (scheme) => {
  it.each(scheme.vectors)('is verified ($variant $method)', async (vector) => {
    const at = vector.at === undefined ? now : vector.at * 1_000;
    const request = {
      method: vector.method,
      url: vector.url,
      headers: Object.entries(vector.headers),
      body: Buffer.from(vector.body),
    };
    const options = { now: at, fetchCertificate: never, ...(vector.variant && { variant: vector.variant }) };
    expect(await verifyRequest(scheme, request, secretsOf(vector.secret), options)).toMatchObject({
      ok: true,
      secret: 'first',
    });
    const wrong = await verifyRequest(scheme, request, secretsOf(`${vector.secret}x`), options);
    expect(wrong).toMatchObject({ ok: false });
  });
});

describe('a time', () => {
  it('is read in its unit only', () => {
    expect(millisecondsOf('1531420618', 's')).toBe(1_531_420_618_000);
    expect(millisecondsOf('1e9', 's')).toBeNaN();
    expect(millisecondsOf('2026-11-29T12:00:00Z', 'rfc3339')).toBe(now);
  });
});

describe.each(schemes)('$name', (scheme: WebhookScheme) => {
  it.each(scheme.samples)('signs and verifies its sample $name', async (sample) => {
    const { secret, given, certificate } = keysFor(scheme);
    // What the operator would enter.
    const settings = Object.fromEntries(Object.keys(scheme.settings).map((name) => [name, `the_${name}`]));
    const { request } = await signSample(scheme, { sample: sample.name, url, secret: given, settings, now });
    const fetchCertificate = certificate === undefined ? never : () => Promise.resolve(certificate);
    const verdict = await verifyRequest(scheme, request, secretsOf(secret), { now, settings, fetchCertificate });
    expect(verdict).toMatchObject({ ok: true });
    if (!verdict.ok || sample.event === undefined) return;
    expect(readEvents(scheme, verdict, settings)[0]).toMatchObject(sample.event);
  });
});
