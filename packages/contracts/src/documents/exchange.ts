import { z } from 'zod';

const Name = z.string().min(1).max(100);
/** Text over the connection's variables and the stored credential's fields: `{api_key}`, `{username}`, `{password}`, `{token}`, those of `custom`. */
const Template = z.string().max(1_000);

/**
 * A stored credential that is exchanged for a short-lived token by one HTTP call. The token, not the credential, is then
 * shown as `auth.type` says: as a bearer, an API key, or the field `{token}` of a `custom` template. It is kept in memory
 * until shortly before it ends, and asked for anew once when the upstream refuses it with 401, or with an answer that an error rule calls `credential_expired`.
 */
export const TokenExchange = z.strictObject({
  /** Absolute; `{name}` is a connection variable. Its host must be among `auth.hosts`. */
  url: z.string().regex(/^https?:\/\/[^\s?#]+$/, { error: 'expected an absolute URL without query' }),
  method: z.enum(['POST', 'GET']).default('POST'),
  /** How the stored credential is shown there, besides templates. */
  auth: z.enum(['none', 'basic', 'bearer']).default('none'),
  /** How `fields` are encoded. A GET has none. */
  body: z.enum(['form', 'json', 'none']).default('form'),
  headers: z.record(Name, Template).optional(),
  fields: z.record(Name, Template).optional(),
  /** Path of the token in the answer. */
  token: z.string().min(1).max(200).default('access_token'),
  /** Path of the seconds the token lives, from now. */
  expires_in: z.string().min(1).max(200).default('expires_in'),
  /** Seconds it lives where the answer does not say. */
  lifetime_s: z.int().min(1).max(86_400).default(300),
});
export type TokenExchange = z.infer<typeof TokenExchange>;
