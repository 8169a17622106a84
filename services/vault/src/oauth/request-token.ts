import { randomUUID } from 'node:crypto';
import { type Credential, grantTypes, type OAuthClient, type OAuthGrant } from '@patchbay/contracts';
import type { Egress } from '@patchbay/egress';
import { SignJWT } from 'jose';
import {
  customFetch,
  genericTokenEndpointRequest,
  processGenericTokenEndpointResponse,
  ResponseBodyError,
} from 'oauth4webapi';
import { clientAuthentication, signingKey } from './client-authentication.ts';
import { egressFetch } from './egress-fetch.ts';
import { OAuthFailure, refusedWith } from './oauth-failure.ts';
import { type OAuthSettings, withVariables } from './oauth-settings.ts';
import { credentialOf, type Json, standardResponse } from './token-response.ts';

type OAuthCredential = Extract<Credential, { type: 'oauth2' }>;

export interface TokenPorts {
  readonly egress: Pick<Egress, 'send'>;
  readonly now: () => Date;
}

export interface TokenRequest {
  /** Whose sockets and egress rules. */
  readonly tenant: string;
  readonly settings: OAuthSettings;
  readonly client: OAuthClient;
  readonly grant: OAuthGrant | 'refresh_token';
  /** Those of the grant, such as `code`. */
  readonly parameters: Readonly<Record<string, string>>;
  /** `performance.now()` milliseconds. */
  readonly deadlineAt: number;
  readonly previous?: OAuthCredential;
}

export interface TokenAnswer {
  readonly credential: OAuthCredential;
  /** The whole response, for variables. Secret. */
  readonly answer: Json;
}

/** Asks the token endpoint, once. @throws OAuthFailure; PatchbayError `invalid_request` for a client that cannot be used. */
export async function requestToken(ports: TokenPorts, request: TokenRequest): Promise<TokenAnswer> {
  const { settings, client, grant, parameters } = request;
  const { auth } = settings;
  const server = { issuer: new URL(settings.tokenUrl).origin, token_endpoint: settings.tokenUrl };
  const app = { client_id: client.client_id };
  let answer: Json = {};
  const send = egressFetch(ports.egress, request);
  const options = {
    [customFetch]: async (url: string, init: { method?: string; headers?: Record<string, string>; body?: unknown }) => {
      const response = await send(url, encoded(auth.token_body ?? 'form', init, auth.token_headers ?? {}));
      // No verdict, whatever stands in it.
      if (response.status >= 500 || response.status === 429)
        throw new OAuthFailure('unavailable', `status_${response.status}`);
      answer = await jsonOf(response);
      const { status, body } = standardResponse(auth, response.status, answer);
      return Response.json(body, { status });
    },
  };
  try {
    const all = new URLSearchParams({ ...auth.token_params, ...parameters });
    const type = grant === 'refresh_token' ? grant : grantTypes[grant];
    const response = await genericTokenEndpointRequest(
      server,
      app,
      await clientAuthentication(auth, client),
      type,
      all,
      options as never,
    );
    const token = (await processGenericTokenEndpointResponse(server, app, response)) as unknown as Json;
    const renewable = auth.grant === 'client_credentials' || auth.grant === 'jwt_bearer';
    const issuer = { token_url: settings.tokenUrl, client_id: client.client_id, ...(renewable && { renewable }) };
    return {
      answer,
      credential: credentialOf(auth, token, answer, { now: ports.now(), issuer, client, previous: request.previous }),
    };
  } catch (error) {
    throw tokenFailure(error, [client.client_secret, ...Object.values(parameters)]);
  }
}

/** What a failed question means, without what of `secrets` the answer echoes. Anything that is not of OAuth stays as it is. */
export function tokenFailure(error: unknown, secrets: readonly (string | undefined)[]): unknown {
  if (error instanceof OAuthFailure) return error;
  if (error instanceof ResponseBodyError) return refusedWith(error.error, secrets);
  if (error instanceof Error && 'code' in error && String(error.code).startsWith('OAUTH_'))
    // The client's own errors carry the body that they found fault with: a secret.
    return new OAuthFailure('unavailable', String(error.code).toLowerCase());
  return error;
}

/** The body as JSON where the vendor wants that. */
function encoded(
  kind: 'form' | 'json',
  init: { method?: string; headers?: Record<string, string>; body?: unknown },
  more: Readonly<Record<string, string>>,
) {
  const headers = { ...plain(init.headers), ...more };
  if (kind === 'form')
    return { ...init, headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded;charset=UTF-8' } };
  const body = JSON.stringify(Object.fromEntries(new URLSearchParams(String(init.body))));
  return { ...init, headers: { ...headers, 'content-type': 'application/json' }, body };
}

function plain(headers: unknown): Record<string, string> {
  return Object.fromEntries(new Headers(headers as Record<string, string>));
}

async function jsonOf(response: Response): Promise<Json> {
  try {
    const value: unknown = JSON.parse(await response.text());
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Json;
  } catch {
    // Below.
  }
  throw response.status >= 400
    ? new OAuthFailure('client', `status_${response.status}`)
    : new OAuthFailure('unavailable', 'not_json');
}

/** The assertion of a `jwt_bearer` grant (RFC 7523), signed with the client's key. */
export async function jwtAssertion(
  { auth, tokenUrl }: OAuthSettings,
  client: OAuthClient,
  known: Parameters<typeof withVariables>[1],
  variables: Readonly<Record<string, string>>,
  now: Date,
): Promise<string> {
  const { audience = tokenUrl, subject, lifetime_s = 300, claims } = auth.assertion ?? {};
  const { key, alg, kid } = await signingKey(client);
  const at = Math.floor(now.getTime() / 1_000);
  const jwt = new SignJWT({ ...claims })
    .setProtectedHeader({ alg, typ: 'JWT', ...(kid !== undefined && { kid }) })
    .setIssuer(client.client_id)
    .setAudience(audience)
    .setIssuedAt(at)
    .setExpirationTime(at + lifetime_s)
    .setJti(randomUUID());
  if (subject !== undefined) jwt.setSubject(withVariables(subject, known, variables));
  return jwt.sign(key);
}
