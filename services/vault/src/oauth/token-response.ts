import type { Auth, Credential, OAuthClient } from '@patchbay/contracts';
import { OAuthFailure } from './oauth-failure.ts';

type OAuthCredential = Extract<Credential, { type: 'oauth2' }>;
export type Json = Readonly<Record<string, unknown>>;

/**
 * A token response as RFC 6749 has it, of one as vendors send it: the token at another place, no `token_type`, an error with
 * status 200. What the standard client would refuse without need is put right here; what it must refuse it still does.
 */
export function standardResponse(auth: Auth, status: number, answer: Json): { status: number; body: Json } {
  if (status < 400 && (answer.ok === false || (answer.error !== undefined && answer.access_token === undefined)))
    return { status: 400, body: { error: String(answer.error ?? 'unreadable_error') } };
  if (status >= 400) return { status, body: answer };
  const at = auth.token_at === undefined ? answer : readPath(answer, auth.token_at);
  // An id_token says who the user is, which nobody here asks.
  const { id_token: _, ...token } = isJson(at) ? at : {};
  const body = Object.fromEntries(Object.entries(token).filter(([, value]) => value !== null && value !== ''));
  return { status, body: { ...body, token_type: 'bearer' } };
}

/** The credential in a token response. `previous` is the one that was refreshed: what the response leaves out stays. */
export function credentialOf(
  auth: Auth,
  token: Json,
  answer: Json,
  {
    now,
    issuer,
    client,
    previous,
  }: { now: Date; issuer: OAuthCredential['issuer']; client: OAuthClient; previous?: OAuthCredential | undefined },
): OAuthCredential {
  const { access_token, refresh_token, expires_in, scope } = token;
  const lifetime = typeof expires_in === 'number' ? expires_in : auth.token_lifetime_s;
  const refresh = auth.refresh === 'none' ? undefined : (refresh_token ?? previous?.refresh_token);
  const extra = { ...previous?.extra, ...keptFields(auth, answer) };
  const secrets = { ...previous?.secrets, ...clientFields(auth, client) };
  return {
    type: 'oauth2',
    access_token: access_token as string,
    token_type: 'Bearer',
    ...(refresh !== undefined && { refresh_token: String(refresh) }),
    ...(lifetime !== undefined && { expires_at: new Date(now.getTime() + lifetime * 1_000).toISOString() }),
    ...(typeof scope === 'string' && scope !== ''
      ? { scope: scope.slice(0, 4_096) }
      : previous?.scope !== undefined && { scope: previous.scope }),
    ...(Object.keys(extra).length > 0 && { extra }),
    ...(issuer !== undefined && { issuer }),
    ...(Object.keys(secrets).length > 0 && { secrets }),
  };
}

/** What the vendor's API wants to see of the client in every request: it goes with the token that this client got. */
function clientFields(auth: Auth, client: OAuthClient): Record<string, string> {
  const templates = [...Object.values(auth.headers ?? {}), ...Object.values(auth.query ?? {})];
  return Object.fromEntries(
    (['client_id', 'client_secret'] as const).flatMap((name) => {
      const value = client[name];
      return value !== undefined && templates.some((text) => text.includes(`{${name}}`)) ? [[name, value]] : [];
    }),
  );
}

function keptFields(auth: Auth, answer: Json): Record<string, string> {
  return Object.fromEntries(
    (auth.keep ?? []).flatMap((name) => {
      const value = readPath(answer, name);
      return value === undefined || value === null || typeof value === 'object' ? [] : [[name, String(value)]];
    }),
  );
}

/**
 * Connection variables that came with a token. @throws OAuthFailure `refused` when one that the document promises is not
 * there or is not as it says.
 */
export function variablesOf(
  auth: Auth,
  answer: Json,
  callback: Readonly<Record<string, string>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(auth.variables_from ?? {}).map(([name, { path, pattern }]) => {
      const value = path.startsWith('callback.') ? callback[path.slice(9)] : readPath(answer, path);
      if (typeof value !== 'string' && typeof value !== 'number') throw new OAuthFailure('refused', 'variable_missing');
      const text = String(value);
      if (pattern === undefined) return [name, text];
      const found = new RegExp(pattern).exec(text);
      if (found === null) throw new OAuthFailure('refused', 'variable_unexpected');
      return [name, found[1] ?? found[0]];
    }),
  );
}

function readPath(value: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((at, key) => (isJson(at) && Object.hasOwn(at, key) ? at[key] : undefined), value);
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
