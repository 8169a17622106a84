import { createHash } from 'node:crypto';
import { createLocalJWKSet, errors, importSPKI, type JWTPayload, type JWTVerifyOptions, jwtVerify } from 'jose';
import { decode, sameBytes } from '../encodings.ts';
import { textsAt } from '../find-values.ts';
import { Refusal } from '../hook-request.ts';
import { textOf, valueAt } from '../json-path.ts';
import { readJson } from '../read-json.ts';
import { renderText, type Values } from '../render-template.ts';
import type { Verification } from '../scheme.ts';

type Jwt = Extract<Verification, { kind: 'jwt' }>;

/** Seconds that the vendor's clock may be ahead. */
const clockTolerance = 60;

/** The token's claims, once it is proven to be the vendor's and of this body. @throws Refusal. */
export async function verifyToken(
  verification: Jwt,
  secret: string,
  values: Values,
  nowMs: number,
): Promise<JWTPayload> {
  const [token, ...others] = textsAt(verification.token, values);
  if (token === undefined) throw new Refusal('signature_missing', `There is no token at ${verification.token.from}.`);
  if (others.length > 0) throw new Refusal('signature_malformed', 'There is more than one token.');
  const claims = await claimsOf(token.trim(), verification, secret, values, nowMs);
  checkBody(verification, claims, values);
  return claims;
}

async function claimsOf(
  token: string,
  verification: Jwt,
  secret: string,
  values: Values,
  nowMs: number,
): Promise<JWTPayload> {
  const { algorithms, issuer, audience, max_age_s } = verification;
  const options: JWTVerifyOptions = {
    algorithms,
    currentDate: new Date(nowMs),
    clockTolerance,
    ...(issuer !== undefined && { issuer }),
    ...(audience !== undefined && { audience: renderText(audience, values) }),
    ...(max_age_s !== undefined && { maxTokenAge: max_age_s }),
  };
  try {
    if (verification.key === 'jwk') return (await jwtVerify(token, keySetOf(secret), options)).payload;
    const key = verification.key === 'pem' ? await importSPKI(secret, algorithms[0] as string) : Buffer.from(secret);
    return (await jwtVerify(token, key, options)).payload;
  } catch (error) {
    if (error instanceof Refusal) throw error;
    if (error instanceof errors.JWTExpired) throw new Refusal('token_expired', 'The token has expired.');
    if (error instanceof errors.JWSSignatureVerificationFailed) {
      throw new Refusal('signature_wrong', 'The signature of the token is not that of the secret.');
    }
    if (error instanceof errors.JOSEError) throw new Refusal('token_invalid', `The token is not valid: ${error.code}.`);
    throw new Refusal('key_unusable', 'The secret is no key for such a token.');
  }
}

function keySetOf(secret: string): ReturnType<typeof createLocalJWKSet> {
  const given = readJson(Buffer.from(secret)) as { keys?: unknown };
  const keys = Array.isArray(given.keys) ? given.keys : [given];
  return createLocalJWKSet({ keys: keys as never });
}

function checkBody({ body_claim, body_is_token }: Jwt, claims: JWTPayload, { view }: Values): void {
  if (body_is_token !== undefined) {
    const inner = valueAt(claims, body_is_token.claim);
    view.json = typeof inner === 'string' ? readJson(Buffer.from(inner)) : inner;
    return;
  }
  if (body_claim === undefined) return;
  const given = textOf(valueAt(claims, body_claim.claim));
  const bytes = given === null ? null : decode(given, body_claim.encoding);
  if (bytes === null) throw new Refusal('digest_wrong', `The token has no claim ${body_claim.claim}.`);
  const computed = createHash(body_claim.hash).update(view.request.body).digest();
  if (!sameBytes(bytes, computed)) throw new Refusal('digest_wrong', 'The token is of another body.');
}
