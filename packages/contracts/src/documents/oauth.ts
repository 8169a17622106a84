import { z } from 'zod';

const Name = z.string().regex(/^[A-Za-z0-9_.-]{1,64}$/);
const Parameters = z.record(Name, z.string().max(2_048));
/** Absolute; `{name}` is a connection variable. */
const Endpoint = z.string().regex(/^https?:\/\/[^\s#]+$/, { error: 'expected an absolute URL' });
const VariableName = z.string().regex(/^[a-z][a-z0-9_]{0,39}$/);
/** A path into the token response, such as `authed_user.access_token`; `callback.x` is a parameter of the callback. */
const TokenPath = z.string().regex(/^[A-Za-z0-9_]{1,64}(?:\.[A-Za-z0-9_]{1,64}){0,3}$/);

/** Fields of `auth` that only `type: oauth2` has: how tokens are come by, and in what the vendor differs from RFC 6749. */
export const oauthFields = {
  /** How a connection gets its first token. Default `authorization_code`. */
  grant: z.enum(['authorization_code', 'client_credentials', 'device_code', 'jwt_bearer', 'token_exchange']).optional(),
  authorize_url: z.string().optional(),
  token_url: z.string().optional(),
  /** RFC 8628: where a device asks for its codes. */
  device_url: Endpoint.optional(),
  /** RFC 7009: where a token is revoked when the connection is removed. Left out: the vendor has no such thing. */
  revoke_url: Endpoint.optional(),
  /** `{name}` is a connection variable here, in `authorize_params` and in `token_params`. */
  scopes: z.array(z.string()).optional(),
  /** What stands between scopes. Default a space. */
  scope_separator: z.enum([' ', ',']).optional(),
  /** Fixed query parameters of the authorize URL, such as `access_type: offline`. */
  authorize_params: z.record(z.string(), z.string()).optional(),
  /** Whether the authorization server takes an RFC 7636 challenge. Default `optional`: sent. */
  pkce: z.enum(['required', 'optional', 'none']).optional(),
  /** How the client proves itself at the token endpoint. Default `post`: id and secret in the body. */
  client_auth: z.enum(['post', 'basic', 'private_key_jwt', 'none']).optional(),
  /** How the token request is encoded. Default `form`. */
  token_body: z.enum(['form', 'json']).optional(),
  /** Fixed parameters of every token request, such as `audience`. */
  token_params: Parameters.optional(),
  token_headers: z.record(z.string().regex(/^[A-Za-z0-9-]{1,64}$/), z.string().max(256)).optional(),
  /** Where in the response the token stands with its fields, such as `authed_user`. Default: at the top. */
  token_at: TokenPath.optional(),
  /** Other fields of the token response that are kept with the token, as `extra`. */
  keep: z.array(Name).max(20).optional(),
  /**
   * Connection variables that come with the token: a path into the response or `callback.<parameter>`, and what to take of
   * it: the first group of `pattern`, which must match.
   */
  variables_from: z
    .record(VariableName, z.strictObject({ path: TokenPath, pattern: z.string().max(200).optional() }))
    .optional(),
  /** Whether a refresh token is good once (`single_use`), again and again, or there is none. Default `reusable`. */
  refresh: z.enum(['reusable', 'single_use', 'none']).optional(),
  /** Seconds a token lives where the response does not say. Left out: it lives until it is refused. */
  token_lifetime_s: z.int().min(30).max(31_536_000).optional(),
  /** jwt_bearer: claims of the assertion besides `iss` (the client id), `iat`, `exp` and `jti`. */
  assertion: z
    .strictObject({
      /** Default: the token endpoint. */
      audience: z.string().max(2_048).optional(),
      /** May hold `{name}` of connection variables. */
      subject: z.string().max(2_048).optional(),
      lifetime_s: z.int().min(30).max(3_600).default(300),
      claims: Parameters.optional(),
    })
    .optional(),
} as const;

/** `jwt_bearer` and `token_exchange` grants as the token endpoint knows them. */
export const grantTypes = {
  authorization_code: 'authorization_code',
  client_credentials: 'client_credentials',
  device_code: 'urn:ietf:params:oauth:grant-type:device_code',
  jwt_bearer: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
  token_exchange: 'urn:ietf:params:oauth:grant-type:token-exchange',
} as const;
export type OAuthGrant = keyof typeof grantTypes;
