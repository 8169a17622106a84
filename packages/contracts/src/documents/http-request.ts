import { z } from 'zod';
import { GraphQlRequest } from './graphql.ts';

/** An HTTP header's name (RFC 9110 token). Those the HTTP layer owns are refused by the linter and the engine. */
export const HeaderName = z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}$/);

export const HttpRequest = z.strictObject({
  method: z.enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']),
  /** Begins with `/`; `{name}` is a path parameter, else a connection variable. Appended to the base URL. */
  path: z.string().regex(/^\/[^\s?#]*$/, { error: "expected a path that begins with '/' and holds no query" }),
  /** Another base URL for this request alone. Its host must be among the credential's hosts. `{name}`: connection variables. */
  base_url: z.string().optional(),
  /** How the body is encoded. Default `json` when a parameter goes into the body, else `none`. */
  body: z.enum(['json', 'form', 'multipart', 'raw', 'graphql', 'none']).optional(),
  /** With `body: graphql`: the document whose variables the body's parameters become. */
  graphql: GraphQlRequest.optional(),
  /** Fixed headers, over the document's own; `{name}` is a connection variable. `content-type` here wins over the encoding's. */
  headers: z.record(HeaderName, z.string()).optional(),
  /** Fixed query parameters; `{name}` is a connection variable. */
  query: z.record(z.string(), z.string()).optional(),
});
export type HttpRequest = z.infer<typeof HttpRequest>;
