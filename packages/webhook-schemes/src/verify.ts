import { createHash, createHmac, hash } from 'node:crypto';
import { checkTimestamp } from './check-timestamp.ts';
import { decode, keyOf, sameBytes, sameText } from './encodings.ts';
import { signaturesAt, textsAt } from './find-values.ts';
import { type HookRequest, headerOf, Refusal, type RefusalReason } from './hook-request.ts';
import { valueAt } from './json-path.ts';
import { renderBytes, renderIfThere, type Values } from './render-template.ts';
import { RequestView } from './request-view.ts';
import type { Each, SignedVerification, Verification, WebhookScheme } from './scheme.ts';
import { type FetchCertificate, isSignedBy, keyToVerifyWith } from './signatures/asymmetric.ts';
import { verifyToken } from './signatures/token.ts';
import { urlSpellings } from './url-spellings.ts';

/** One of the secrets of a source. Two live while one replaces the other. */
export interface SourceSecret {
  /** Told in the verdict, so it says nothing of the value. */
  readonly id: string;
  readonly value: string;
  /** Unix milliseconds from which it no longer counts; null for never. */
  readonly expiresAt: number | null;
}

export interface VerifyOptions {
  /** Unix milliseconds. */
  readonly now: number;
  /** The variant of the scheme that the source was set up with; default the first that fits the request. */
  readonly variant?: string;
  readonly settings?: Readonly<Record<string, string>>;
  readonly fetchCertificate: FetchCertificate;
}

export interface Verified {
  readonly ok: true;
  readonly variant: string;
  /** Id of the secret that matched. */
  readonly secret: string;
  /**
   * SHA-256 of what was signed: the same for the same signed bytes, under whatever id they come. Null when nothing is signed.
   * Computed when asked for: most schemes sign the id, and never need it.
   */
  readonly signedSha256: () => string | null;
  /** The request, read: for events and challenges. */
  readonly view: RequestView;
}

export interface NotVerified {
  readonly ok: false;
  readonly variant: string | null;
  readonly reason: RefusalReason;
  /** For a developer. Holds no secret. */
  readonly message: string;
  /** What the signature was computed over, when it came to that and no secret is in it: for whoever asks why it failed. */
  readonly signed: Uint8Array | null;
}

/**
 * Whether a request is its vendor's, by one of the secrets. Fails closed: whatever cannot be read, found or decided is a
 * refusal. Every live secret is tried, whichever matches. Never rejects for what a request holds.
 */
export async function verifyRequest(
  scheme: WebhookScheme,
  request: HookRequest,
  secrets: readonly SourceSecret[],
  options: VerifyOptions,
): Promise<Verified | NotVerified> {
  let variant: string | null = null;
  const trace: Trace = { signed: null };
  try {
    const live = liveSecrets(scheme, secrets, options.now);
    if (live.length === 0) throw new Refusal('no_secret', 'The source has no secret that counts.');
    const view = await RequestView.of(request, scheme.json_field);
    const values = { view, settings: options.settings ?? {} };
    const verification = variantFor(scheme, values, options.variant);
    variant = verification.name;
    const found = await judge(verification, live, values, options, trace);
    return { ok: true, variant, ...found, view };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { ok: false, variant, reason: error.reason, message: error.message, signed: trace.signed };
  }
}

/** Stands in where the vendor's certificate is all there is; no key is made of it. */
const certificateAlone: SourceSecret = { id: 'certificate', value: 'none', expiresAt: null };

function liveSecrets(
  { secret }: WebhookScheme,
  secrets: readonly SourceSecret[],
  nowMs: number,
): readonly SourceSecret[] {
  if (secret.given_by === 'certificate') return [certificateAlone];
  return secrets.filter(({ value, expiresAt }) => value.trim() !== '' && (expiresAt ?? Infinity) > nowMs);
}

/** @throws Refusal `no_variant`. */
function variantFor(scheme: WebhookScheme, values: Values, name: string | undefined): Verification {
  const fits = scheme.verify.filter((one) => (name === undefined || one.name === name) && isMeant(one, values));
  const [first] = fits;
  if (first === undefined) throw new Refusal('no_variant', `The request has the form of no ${scheme.name} webhook.`);
  return first;
}

function isMeant({ when }: Verification, values: Values): boolean {
  if (when === undefined) return true;
  const { header, header_equals, content_type, equals = {} } = when;
  const { request } = values.view;
  if (header !== undefined && headerOf(request, header) === null) return false;
  if (header_equals !== undefined && headerOf(request, header_equals.name) !== header_equals.value) return false;
  if (!Object.entries(equals).every(([template, text]) => renderIfThere(template, values) === text)) return false;
  return content_type === undefined || (headerOf(request, 'content-type') ?? '').toLowerCase().startsWith(content_type);
}

type Match = Pick<Verified, 'secret' | 'signedSha256'>;

interface Trace {
  signed: Uint8Array | null;
}

function judge(
  verification: Verification,
  secrets: readonly SourceSecret[],
  values: Values,
  options: VerifyOptions,
  trace: Trace,
): Promise<Match> {
  switch (verification.kind) {
    case 'equality':
      return Promise.resolve(judgeEquality(verification, secrets, values));
    case 'jwt':
      return judgeToken(verification, secrets, values, options);
    default:
      return judgeSigned(verification, secrets, values, options, trace);
  }
}

function judgeEquality(
  verification: Extract<Verification, { kind: 'equality' }>,
  secrets: readonly SourceSecret[],
  values: Values,
): Match {
  const { given } = verification;
  const matches = itemsOf(verification, values).map((item) => {
    const [text, ...others] = textsAt(given, { ...values, ...(item !== undefined && { item }) });
    if (text === undefined) throw new Refusal('signature_missing', `There is no token at ${given.from}.`);
    if (others.length > 0) throw new Refusal('signature_malformed', 'There is more than one token.');
    const [matching] = secrets.filter(({ value }) => sameText(text, value));
    if (matching === undefined) throw new Refusal('signature_wrong', 'The token is not the secret.');
    return matching;
  });
  const [first] = matches;
  if (first === undefined) throw new Refusal('signature_missing', 'The body holds no event.');
  return { secret: first.id, signedSha256: () => null };
}

async function judgeToken(
  verification: Extract<Verification, { kind: 'jwt' }>,
  secrets: readonly SourceSecret[],
  values: Values,
  { now }: VerifyOptions,
): Promise<Match> {
  let last: Refusal | null = null;
  for (const { id, value } of secrets) {
    try {
      const claims = await verifyToken(verification, value, values, now);
      const [token = ''] = textsAt(verification.token, values);
      return { secret: id, signedSha256: () => sha256(claims.jti ?? token) };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      // What is wrong under the right secret says more than that the other is not it.
      if (last === null || error.reason !== 'signature_wrong') last = error;
    }
  }
  throw last as Refusal;
}

async function judgeSigned(
  verification: SignedVerification,
  secrets: readonly SourceSecret[],
  values: Values,
  options: VerifyOptions,
  trace: Trace,
): Promise<Match> {
  const matches: Match[] = [];
  for (const item of itemsOf(verification, values)) {
    const timed: Values = { ...values, ...(item !== undefined && { item }) };
    const { timestamp } = verification;
    const at = timestamp === undefined ? timed : { ...timed, timestamp: checkTimestamp(timestamp, timed, options.now) };
    const signatures = signaturesAt(verification.signatures, at);
    matches.push(await matchOf(verification, secrets, at, signatures, options, trace));
    checkDigest(verification, at);
  }
  const [first] = matches;
  if (first === undefined) throw new Refusal('signature_missing', 'The body holds no event.');
  if (matches.length === 1) return first;
  return { secret: first.secret, signedSha256: () => sha256(matches.map((one) => one.signedSha256()).join()) };
}

async function matchOf(
  verification: SignedVerification,
  secrets: readonly SourceSecret[],
  at: Values,
  signatures: readonly Uint8Array[],
  options: VerifyOptions,
  trace: Trace,
): Promise<Match> {
  let match: Match | null = null;
  const spellings = urlSpellings(at.view.request.url, verification).map((url) => ({ ...at, url }));
  // Of a plain hash, the secret is part of it.
  const signedBy = (secret: { readonly secret?: string }) =>
    spellings.map((spelt) => renderBytes(verification.signed, { ...spelt, ...secret }));
  const ofAll = verification.kind === 'digest' ? null : signedBy({});
  trace.signed = ofAll?.[0] ?? null;
  // All are tried, whichever matches: the time tells neither which nor whether there are two.
  for (const { id, value } of secrets) {
    const texts = ofAll ?? signedBy({ secret: value });
    for (const [index, spelt] of spellings.entries()) {
      const signed = texts[index] as Buffer;
      if (!(await isRight(verification, value, spelt, signed, signatures, options)) || match !== null) continue;
      // Told to others, so that it must not hold the secret.
      match = { secret: id, signedSha256: () => sha256(ofAll?.[index] ?? (signedBy({ secret: id })[index] as Buffer)) };
    }
  }
  if (match === null)
    throw new Refusal('signature_wrong', 'The signature is not that of the body under any secret of the source.');
  return match;
}

async function isRight(
  verification: SignedVerification,
  secret: string,
  at: Values,
  signed: Buffer,
  signatures: readonly Uint8Array[],
  options: VerifyOptions,
): Promise<boolean> {
  switch (verification.kind) {
    case 'hmac':
      return holds(signatures, createHmac(verification.hash, keyOf(secret, verification.key)).update(signed).digest());
    case 'digest':
      return holds(signatures, createHash(verification.hash).update(signed).digest());
    default: {
      const key = await keyToVerifyWith(verification, secret, at, options.now, options.fetchCertificate);
      return signatures.some((signature) => isSignedBy(key, verification, signed, signature));
    }
  }
}

function itemsOf({ each }: { each?: Each | undefined }, { view }: Values): readonly unknown[] {
  if (each === undefined) return [undefined];
  const list = valueAt(view.json, each.list);
  if (!Array.isArray(list) || list.length > 1_000)
    throw new Refusal('body_unreadable', `There is no list at ${each.list}.`);
  return list.map((entry) => (each.item === undefined ? entry : valueAt(entry, each.item)));
}

function checkDigest({ body_digest }: SignedVerification, at: Values): void {
  if (body_digest === undefined) return;
  const text = renderIfThere(body_digest.from, at);
  const given = text === null ? null : decode(text, body_digest.encoding);
  const computed = createHash(body_digest.hash).update(at.view.request.body).digest();
  if (given === null || !sameBytes(given, computed))
    throw new Refusal('digest_wrong', 'The digest is that of another body.');
}

/** Whether one of them is it; all are compared. */
function holds(signatures: readonly Uint8Array[], computed: Uint8Array): boolean {
  return signatures.filter((signature) => sameBytes(signature, computed)).length > 0;
}

function sha256(text: string | Uint8Array): string {
  return hash('sha256', text);
}
