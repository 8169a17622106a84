import { describe, expect, test } from 'vitest';
import { hideSecrets, repeatsSecret } from './hide-secrets.ts';
import type { HookRequest } from './hook-request.ts';
import { loadSchemes } from './load-schemes.ts';
import { signSample } from './sign-sample.ts';
import { verifyRequest } from './verify.ts';

const schemes = loadSchemes();
const schemeOf = (id: string) => {
  const scheme = schemes.get(id);
  if (scheme === undefined) throw new Error(`no scheme ${id}`);
  return scheme;
};
const secret = 'hush-4f1c7e0b9d';
const request = (over: Partial<HookRequest>): HookRequest => ({
  method: 'POST',
  url: 'https://hooks.example.com/hooks/source',
  headers: [],
  body: Buffer.from('{}'),
  ...over,
});
const textOf = ({ url, headers, body }: HookRequest) => JSON.stringify([url, headers, Buffer.from(body).toString()]);

describe('a copy of a request', () => {
  test.each([...schemes.values()].filter(({ verify }) => verify.some(({ kind }) => kind === 'equality')))(
    'of $id does not hold the token that it repeats',
    async (scheme) => {
      const variant = scheme.verify.find(({ kind }) => kind === 'equality')?.name as string;
      const sample = scheme.samples.find((one) => one.event !== undefined && (one.variant ?? variant) === variant);
      const signed = await signSample(scheme, {
        url: 'https://hooks.example.com/hooks/source',
        secret: scheme.verify.some((one) => one.kind === 'equality' && one.given.from === '{basic}')
          ? `user:${secret}`
          : secret,
        now: Date.now(),
        ...(sample !== undefined && { sample: sample.name }),
      });
      expect(repeatsSecret(scheme, signed.variant)).toBe(true);
      expect(textOf(hideSecrets(scheme, signed.request, [secret]))).not.toContain(secret);
      expect(textOf(hideSecrets(scheme, signed.request, [secret]))).not.toContain(
        Buffer.from(`user:${secret}`).toString('base64'),
      );
    },
  );

  test('still verifies where it is signed', async () => {
    const scheme = schemeOf('stripe');
    const now = Date.now();
    const signed = await signSample(scheme, { url: request({}).url, secret, now });
    const kept = hideSecrets(scheme, {
      ...signed.request,
      headers: [...signed.request.headers, ['Cookie', 'a=b'], ['authorization', 'Bearer x']],
    });
    expect(kept.headers.slice(-2)).toEqual([
      ['Cookie', '[redacted]'],
      ['authorization', '[redacted]'],
    ]);
    const verdict = await verifyRequest(scheme, kept, [{ id: 'a', value: secret, expiresAt: null }], {
      now,
      fetchCertificate: () => Promise.reject(new Error('none')),
    });
    expect(verdict.ok).toBe(true);
    expect(repeatsSecret(scheme, signed.variant)).toBe(false);
  });

  test('keeps a token in the Authorization header where the signature is in it', () => {
    const kept = hideSecrets(schemeOf('monday'), request({ headers: [['Authorization', 'a.b.c']] }));
    expect(kept.headers).toEqual([['Authorization', 'a.b.c']]);
  });

  test('to a bin hides what its names tell', () => {
    const kept = hideSecrets(
      null,
      request({
        url: 'https://h/hooks/a?token=1&page=2&api_key=3&x',
        headers: [
          ['X-Api-Key', 'k'],
          ['X-Hook-Secret', 's'],
          ['Authorization', 'b'],
          ['X-Signature', 'kept'],
          ['Content-Type', 'text/plain'],
        ],
      }),
    );
    expect(kept.url).toBe('https://h/hooks/a?token=[redacted]&page=2&api_key=[redacted]&x');
    expect(kept.headers.map(([, value]) => value)).toEqual([
      '[redacted]',
      '[redacted]',
      '[redacted]',
      'kept',
      'text/plain',
    ]);
  });

  test('has as many bytes as before, and its JSON is still JSON', () => {
    const awkward = 'a"b\\c-0123456789';
    const body = Buffer.from(JSON.stringify({ value: [{ clientState: awkward }, { clientState: awkward }], é: 1 }));
    const kept = hideSecrets(schemeOf('microsoft_graph'), request({ body }), [awkward]).body;
    expect(kept.length).toBe(body.length);
    const [first, second] = JSON.parse(Buffer.from(kept).toString()).value;
    expect(first.clientState).toMatch(/^\*+$/);
    expect(second).toEqual(first);
    expect(hideSecrets(schemeOf('stripe'), request({ body }), ['else']).body).toBe(body);
    expect(hideSecrets(schemeOf('microsoft_graph'), request({ body: Buffer.from('{"value":1') })).body).toHaveLength(
      10,
    );
  });

  test('does not hold another’s token either', () => {
    const body = Buffer.from(JSON.stringify({ value: [{ clientState: 'of-another', changeType: 'created' }] }));
    const kept = Buffer.from(hideSecrets(schemeOf('microsoft_graph'), request({ body })).body).toString();
    expect(JSON.parse(kept)).toEqual({ value: [{ clientState: '**********', changeType: 'created' }] });
  });
});
