import { z } from 'zod';
import { FieldMark } from './field-mark.ts';
import { FileRules } from './file.ts';
import { MailMessage } from './mail.ts';

/**
 * JSON Schema 2020-12 of one argument plus where it goes. A parameter with `x-const`, `x-template` or `x-from` is
 * hidden: the model never sees it and an argument of that name is refused. At most one of the three stands on a
 * parameter, and none of them together with `required` (but see `Step`).
 *
 * Value: the argument, else `default`, else the parameter is left out of the request. An argument that is `null`
 * counts as left out unless its `type` includes `null` (strict OpenAI schemas send null for every optional argument).
 */
export const Parameter = z.looseObject({
  type: z.union([z.string(), z.array(z.string())]).optional(),
  description: z.string().optional(),
  default: z.unknown().optional(),
  /** Whether the argument must be given. Not the JSON Schema keyword, which belongs to the object around it. */
  required: z.boolean().optional(),
  /**
   * Where it goes. Default: path when the path names it, else query for GET, HEAD and DELETE, else body. `body_root`: the
   * value is the whole body (with `body: raw`, its text). `none`: used only by templates.
   */
  'x-in': z.enum(['path', 'query', 'header', 'cookie', 'body', 'body_root', 'none']).optional(),
  /**
   * Its name on the wire when it differs (a path parameter has none: the path names it). In a JSON body, dots nest (`start.dateTime`), `[0]` is a place in an array
   * (`associations[0].to.id`; a name that begins with one makes the body a list), `['a.b']` is a name with dots and `[]` spreads an array value, one element per item: with `attendees[].email`,
   * `["a@b.c"]` becomes `attendees: [{ email: "a@b.c" }]`; with `requests[]`, plain items. At most one `[]` a name, and no
   * other parameter may write below the same array. Elsewhere the name is taken as it stands.
   */
  'x-name': z.string().optional(),
  /** A fixed value of any JSON type; hidden from the model. */
  'x-const': z.unknown().optional(),
  /**
   * Text over arguments and connection variables: `SELECT Id FROM Contact WHERE Name LIKE '%{query|soql_like}%'`; hidden.
   * `{name}` is the argument, else the connection variable, as text; `{name|filter}` passes it through a filter:
   * `soql`, `jql`, `odata` quote for a string literal of that language (`soql_like` also quotes the wildcards % and _);
   * `utc` turns an RFC 3339 time into UTC without a designator (`2026-03-02T20:00:00`), `unix` and `unix_ms` into Unix
   * seconds and milliseconds; `byte_length` is the UTF-8 length in
   * bytes; `json`, `url` (encodeURIComponent), `base64` and `base64url` encode; `line` puts it on one line. `{{` and `}}` are
   * literal braces. When a name has no value the whole parameter is left out.
   */
  'x-template': z.string().optional(),
  /**
   * Hidden. `argument.<name>`: an argument once more, of the type it has; `connection.<variable>`; in a step, `steps.<id>.<path>` into an earlier step's response body; the time at which
   * the execution began, the same in every attempt: `clock.now` (RFC 3339, UTC), `clock.date` (`2026-01-31`, UTC),
   * `clock.unix` (seconds), `clock.unix_ms`; what the caller said of itself in the request's `context`: `caller.agent`,
   * `caller.session`, `caller.end_user`, which nothing proves. No value: left out.
   */
  'x-from': z.string().optional(),
  /**
   * An argument's name, beside `x-const`, `x-template` or `x-from`: the parameter is sent only when that argument has a
   * value. `start.timeZone: UTC` goes with a start, or not at all.
   */
  'x-when': z.string().optional(),
  /** An array in a query or form. Default `repeat`: `a=1&a=2`. */
  'x-array-style': z.enum(['repeat', 'comma', 'space', 'pipe', 'brackets']).optional(),
  /** An object in a query or form. Default `deep`: `a[b]=1`; `form`: `b=1`; `comma`: `a=b,1`; `dots`: `a.b=1`. */
  'x-object-style': z.enum(['deep', 'form', 'comma', 'json', 'dots']).optional(),
  /** A value in the path (OpenAPI 3.1, RFC 6570). Default `simple`: `5`, `1,2`; `label`: `.1,2`; `matrix`: `;id=1,2`. */
  'x-path-style': z.enum(['simple', 'label', 'matrix']).optional(),
  /** In the path: each item or member by itself, as `;id=1;id=2` and `;x=1;y=2`. Default false. */
  'x-explode': z.boolean().optional(),
  'x-file': FileRules.optional(),
  /** A mail message made of arguments, in place of a value; hidden from the model. */
  'x-mail': MailMessage.optional(),
  /** How the value is treated, by tenants' privacy policies and in logs: `safe` values may appear. Default: not logged. */
  'x-privacy': FieldMark.optional(),
});
export type Parameter = z.infer<typeof Parameter>;
