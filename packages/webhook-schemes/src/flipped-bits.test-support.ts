import { expect, it } from 'vitest';
import { type HookRequest, loadSchemes, type Verified, verifyRequest, type WebhookScheme } from './index.ts';

const schemes = loadSchemes();

export const now = Date.UTC(2026, 10, 29, 12);
export const url = 'https://hooks.example.com/hooks/src_1';

/** A character of a request: of a header, of the body or of the URL; the one after `mark`, or the one in the middle. */
export type Spot =
  | { readonly header: string; readonly mark?: string }
  | { readonly body: string | null }
  | { readonly query: string };

/** A request that was signed without this package, and where its parts stand. */
export interface Independent {
  readonly request: HookRequest;
  readonly secret: string;
  /** The variant that the source was set up with, where the request does not tell. */
  readonly setUpWith?: string;
  readonly settings?: Readonly<Record<string, string>>;
  readonly certificate?: string;
  /** Where the secret is flipped: after this; default in the middle. */
  readonly secretMark?: string;
  /** What is proven; a bit flipped in any of them must be noticed. The secret always is. */
  readonly proven: Readonly<Partial<Record<'body' | 'signature' | 'timestamp' | 'id', Spot>>>;
}

export function schemeOf(id: string): WebhookScheme {
  const scheme = schemes.get(id);
  if (scheme === undefined) throw new Error(`there is no scheme ${id}`);
  return scheme;
}

export function post(headers: Readonly<Record<string, string>>, body: string | Buffer, at: string = url): HookRequest {
  return { method: 'POST', url: at, headers: Object.entries(headers), body: Buffer.from(body) };
}

export function verdictOf(id: string, { request, secret, setUpWith, settings = {}, certificate }: Independent) {
  const fetchCertificate = () =>
    certificate === undefined ? Promise.reject(new Error('nothing is fetched here')) : Promise.resolve(certificate);
  const secrets = [{ id: 'one', value: secret, expiresAt: null }];
  const variant = setUpWith === undefined ? {} : { variant: setUpWith };
  return verifyRequest(schemeOf(id), request, secrets, { now, settings, fetchCertificate, ...variant });
}

/** Tests that a scheme takes the request, and takes it no more after one bit of what is proven was flipped. */
export function holdsFor(id: string, variant: string, made: Independent): void {
  it(`takes what ${id} signs (${variant}) and nothing that is one bit off`, async () => {
    expect(await verdictOf(id, made)).toMatchObject({ ok: true, variant } satisfies Partial<Verified>);
    for (const [what, spot] of Object.entries(made.proven)) {
      const verdict = await verdictOf(id, { ...made, request: flip(made.request, spot) });
      expect({ what, ok: verdict.ok }).toEqual({ what, ok: false });
    }
    expect(await verdictOf(id, withOtherSecret(made))).toMatchObject({ ok: false });
  });
}

/** Settings take the place of the secret where a certificate is all that proves a request. */
function withOtherSecret(made: Independent): Independent {
  if (made.certificate === undefined) return { ...made, secret: flipText(made.secret, made.secretMark) };
  const settings = Object.entries(made.settings ?? {}).map(([name, value]) => [name, flipText(value)]);
  return { ...made, settings: Object.fromEntries(settings) };
}

export function flip(request: HookRequest, spot: Spot): HookRequest {
  if ('query' in spot) return { ...request, url: flipText(request.url, `${spot.query}=`) };
  if ('body' in spot) {
    return {
      ...request,
      body: Buffer.from(flipText(Buffer.from(request.body).toString('latin1'), spot.body), 'latin1'),
    };
  }
  const headers = request.headers.map(([name, value]): [string, string] =>
    name === spot.header ? [name, flipText(value, spot.mark)] : [name, value],
  );
  expect(headers).not.toEqual(request.headers);
  return { ...request, headers };
}

function flipText(text: string, mark?: string | null): string {
  const at = mark === undefined || mark === null ? text.length >> 1 : text.indexOf(mark) + mark.length;
  if (at >= text.length || (mark && !text.includes(mark))) throw new Error(`there is no ${mark}`);
  return text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) ^ 1) + text.slice(at + 1);
}
