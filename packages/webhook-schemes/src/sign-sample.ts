import { createHash, createHmac, createPrivateKey, sign } from 'node:crypto';
import { importPKCS8, SignJWT } from 'jose';
import { DraftRequest } from './draft-request.ts';
import { keyOf } from './encodings.ts';
import type { HookRequest } from './hook-request.ts';
import { renderBytes, renderText, type Values } from './render-template.ts';
import { RequestView } from './request-view.ts';
import type { Encoding, SignedVerification, Verification, WebhookScheme } from './scheme.ts';

export interface SignedSample {
  readonly request: HookRequest;
  readonly variant: string;
}

export interface SignOptions {
  /** Which of the scheme's samples; default the first. */
  readonly sample?: string;
  /** Another body in place of the sample's. */
  readonly body?: string;
  /** The source's public URL, without a query. */
  readonly url: string;
  /** What the source has as its secret; for public-key schemes the PEM of the private key that belongs to it. */
  readonly secret: string;
  readonly settings?: Readonly<Record<string, string>>;
  /** Unix milliseconds. */
  readonly now: number;
}

/** A sample of a vendor's webhooks, signed as the vendor would. @throws Error when there is no such sample. */
export async function signSample(scheme: WebhookScheme, options: SignOptions): Promise<SignedSample> {
  const found = scheme.samples.find(({ name }) => options.sample === undefined || name === options.sample);
  if (found === undefined)
    throw new Error(`The scheme has the samples ${scheme.samples.map(({ name }) => name).join(', ')}.`);
  const { json: _json, ...rest } = found;
  const sample = options.body === undefined ? found : { ...rest, body: options.body };
  const verification = scheme.verify.find(({ name }) => sample.variant === undefined || name === sample.variant);
  if (verification === undefined) throw new Error(`The scheme has no variant ${sample.variant}.`);
  const draft = new DraftRequest(sample, options.url, scheme.json_field);
  await put(verification, draft, scheme, options);
  return { request: draft.request, variant: verification.name };
}

async function put(
  verification: Verification,
  draft: DraftRequest,
  scheme: WebhookScheme,
  options: SignOptions,
): Promise<void> {
  if (verification.kind === 'equality') {
    const { given, each } = verification;
    for (const [base] of draft.itemsOf(each)) draft.put(given, options.secret, base);
    return;
  }
  const valuesNow = async (): Promise<Values> => ({
    view: await RequestView.of(draft.request, scheme.json_field),
    settings: options.settings ?? {},
  });
  if (verification.kind === 'jwt') {
    return draft.put(verification.token, await tokenFor(verification, await valuesNow(), options));
  }
  const { timestamp, body_digest } = verification;
  const time = timestamp === undefined ? undefined : timeText(timestamp.unit, options.now);
  if (timestamp !== undefined && time !== undefined) draft.put(timestamp, time);
  if (body_digest !== undefined && !body_digest.from.startsWith('{query:')) {
    draft.put(
      { from: body_digest.from },
      createHash(body_digest.hash).update(draft.request.body).digest(body_digest.encoding),
    );
  }
  const values: Values = { ...(await valuesNow()), ...(time !== undefined && { timestamp: time }) };
  const [place] = verification.signatures;
  if (place === undefined) throw new Error('The scheme says nowhere to put a signature.');
  for (const [base, item] of draft.itemsOf(verification.each)) {
    const signature = signatureOf(verification, { ...values, item }, options.secret);
    draft.put(place, encode(signature, place.encoding), base);
  }
}

function signatureOf(verification: SignedVerification, values: Values, secret: string): Buffer {
  const { kind, signed } = verification;
  if (kind === 'hmac') {
    return createHmac(verification.hash, keyOf(secret, verification.key)).update(renderBytes(signed, values)).digest();
  }
  if (kind === 'digest')
    return createHash(verification.hash)
      .update(renderBytes(signed, { ...values, secret }))
      .digest();
  return sign(
    kind === 'ed25519' ? null : (verification.hash ?? 'sha256'),
    renderBytes(signed, values),
    createPrivateKey(secret),
  );
}

async function tokenFor(
  { algorithms, key, issuer, audience, body_claim, body_is_token }: Extract<Verification, { kind: 'jwt' }>,
  values: Values,
  { secret, now }: SignOptions,
): Promise<string> {
  const { body } = values.view.request;
  const claims =
    body_is_token !== undefined
      ? { [body_is_token.claim]: Buffer.from(body).toString('utf8') }
      : body_claim === undefined
        ? {}
        : { [body_claim.claim]: encode(createHash(body_claim.hash).update(body).digest(), body_claim.encoding) };
  const algorithm = algorithms[0] as string;
  const seconds = Math.floor(now / 1_000);
  const token = new SignJWT(claims)
    .setProtectedHeader({ alg: algorithm, typ: 'JWT' })
    .setIssuedAt(seconds)
    .setExpirationTime(seconds + 300);
  if (issuer !== undefined) token.setIssuer(issuer);
  if (audience !== undefined) token.setAudience(renderText(audience, values));
  return token.sign(key === 'secret' ? Buffer.from(secret) : await importPKCS8(secret, algorithm));
}

function timeText(unit: 's' | 'ms' | 'rfc3339', now: number): string {
  if (unit === 'rfc3339') return new Date(now).toISOString();
  return String(unit === 's' ? Math.floor(now / 1_000) : now);
}

function encode(bytes: Buffer, encoding: Encoding): string {
  return bytes.toString(encoding);
}
