import { describe, expect, it } from 'vitest';
import {
  type HookRequest,
  loadSchemes,
  type SourceSecret,
  signSample,
  verifyRequest,
  type WebhookScheme,
} from './index.ts';
import { type KeyPair, keysFor } from './sample-keys.test-support.ts';
import { templateOf } from './template.ts';

/** Requests with one change each, over all schemes; a million takes some minutes. */
const mutations = Number(process.env.PATCHBAY_TEST_MUTATIONS ?? 40_000);
const now = Date.UTC(2026, 10, 29, 12);
const url = 'https://hooks.example.com/hooks/src_1';
const schemes = [...loadSchemes().values()].filter(isSigned);

/** Those whose signature covers the body; the others have tests of their own. */
function isSigned({ verify: [first] }: WebhookScheme): boolean {
  return first !== undefined && 'signed' in first && first.signed.includes('{body}') && first.each === undefined;
}

/** Numbers below `bound`, the same for a seed (xorshift32). */
function draws(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % bound;
  };
}

interface Signed {
  readonly request: HookRequest;
  /** Headers that hold something signed, or the signature. */
  readonly covered: readonly string[];
}

async function sign(scheme: WebhookScheme, { given }: KeyPair): Promise<Signed> {
  const { request, variant } = await signSample(scheme, { url, secret: given, now });
  const verification = scheme.verify.find(({ name }) => name === variant);
  if (verification === undefined || !('signed' in verification)) throw new Error(`${scheme.id} does not sign`);
  const { signed, signatures, timestamp } = verification;
  // A time that no signature covers is looked at, and proves nothing.
  const time = timestamp !== undefined && signed.includes('{timestamp}') ? [timestamp.from] : [];
  const templates = [signed, ...signatures.map(({ from }) => from), ...time];
  const headers = templates.flatMap((text) =>
    templateOf(text).flatMap((part) => (typeof part !== 'string' && part.source === 'header' ? [part.argument] : [])),
  );
  const present = new Set(request.headers.map(([name]) => name));
  return { request, covered: [...new Set(headers)].filter((name) => present.has(name)) };
}

/** The request with one change to what is signed or to the signature, and what the change was. */
function mutate({ request, covered }: Signed, draw: (bound: number) => number): { changed: HookRequest; how: string } {
  const body = Buffer.from(request.body);
  const header = covered[draw(covered.length)] as string;
  const withHeader = (text: string, how: string) => ({
    changed: { ...request, headers: request.headers.map(([n, v]) => [n, n === header ? text : v] as const) },
    how: `${how} of ${header}`,
  });
  const value = request.headers.find(([name]) => name === header)?.[1] ?? '';
  const at = draw(Math.max(1, body.length));
  switch (draw(6)) {
    case 0:
      body[at] = (body[at] ?? 0) ^ (1 << draw(8));
      return { changed: { ...request, body }, how: `bit of byte ${at}` };
    case 1:
      return { changed: { ...request, body: body.subarray(0, at) }, how: `body cut at ${at}` };
    case 2:
      return { changed: { ...request, body: Buffer.concat([body, Buffer.from([draw(256)])]) }, how: 'a byte more' };
    case 3: {
      const place = draw(value.length);
      const code = value.charCodeAt(place) ^ (1 << draw(7));
      return withHeader(
        value.slice(0, place) + String.fromCharCode(code) + value.slice(place + 1),
        `character ${place}`,
      );
    }
    case 4:
      return withHeader(value.slice(0, draw(value.length)), 'an end');
    default:
      return {
        changed: { ...request, headers: [...request.headers, [header.toUpperCase(), value]] },
        how: `${header} twice`,
      };
  }
}

describe('of requests that were changed', () => {
  it(`not one of ${mutations} is taken for its vendor's`, async () => {
    const draw = draws(20_261_129);
    const accepted: string[] = [];
    const each = Math.ceil(mutations / schemes.length);
    const fetchCertificate = () => Promise.reject(new Error('nothing is fetched here'));
    for (const scheme of schemes) {
      const keys = keysFor(scheme);
      const signed = await sign(scheme, keys);
      const secrets: SourceSecret[] = [{ id: 'first', value: keys.secret, expiresAt: null }];
      expect(await verifyRequest(scheme, signed.request, secrets, { now, fetchCertificate })).toMatchObject({
        ok: true,
      });
      for (let i = 0; i < each; i++) {
        const { changed, how } = mutate(signed, draw);
        const verdict = await verifyRequest(scheme, changed, secrets, { now, fetchCertificate });
        if (verdict.ok) accepted.push(`${scheme.id}: ${how}`);
      }
    }
    expect(accepted).toEqual([]);
    expect(schemes.length).toBeGreaterThan(3);
  }, 600_000);
});
