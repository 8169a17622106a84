import { z } from 'zod';
import { ErrorCode } from '../errors.ts';
import { IntegrationId, Version } from '../ids.ts';

/** An HTTP header's name (RFC 9110 token). Those the HTTP layer owns are refused by the linter and the engine. */
const HeaderName = z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}$/);
const Host = z.string().regex(/^(?:\*\.)?[a-z0-9{}_-]+(?:\.[a-z0-9{}_-]+)*(?::\d{1,5})?$/, {
  error: 'expected a host such as api.example.com, or *.example.com',
});
const VariableName = z.string().regex(/^[a-z][a-z0-9_]{0,39}$/);

export const Category = z.enum([
  'crm', 'calendar', 'communication', 'helpdesk', 'payments', 'scheduling', 'ecommerce', 'project_management', 'storage',
  'marketing', 'email', 'accounting', 'hr', 'dev', 'analytics', 'telephony', 'productivity', 'healthcare', 'field_service',
  'hospitality', 'maps', 'other',
]);
export type Category = z.infer<typeof Category>;

/** How a connection's credential is shown to the upstream. The material itself never stands in a document. */
export const Auth = z.strictObject({
  type: z.enum(['oauth2', 'api_key', 'basic', 'bearer', 'none', 'custom']),
  /** oauth2 */
  authorize_url: z.string().optional(),
  token_url: z.string().optional(),
  scopes: z.array(z.string()).optional(),
  /** oauth2, bearer: the word before the token in `Authorization`. Default `Bearer`. */
  scheme: z.string().regex(/^[A-Za-z0-9_-]{1,40}(?: token=)?$/).optional(),
  /** api_key: where the key goes, and under which name. Default header `X-API-Key`. */
  in: z.enum(['header', 'query']).optional(),
  name: z.string().min(1).max(64).optional(),
  /** api_key: text before the key, such as `Token `. */
  prefix: z.string().max(40).optional(),
  /** custom: header and query templates over the credential's fields, such as `{api_key}`. */
  headers: z.record(HeaderName, z.string()).optional(),
  query: z.record(z.string(), z.string()).optional(),
  /** The only hosts that ever receive this credential. Default: the host of `base_url`. */
  hosts: z.array(Host).optional(),
});
export type Auth = z.infer<typeof Auth>;

export const RateLimits = z.strictObject({
  requests_per_minute: z.number().positive().max(10_000_000),
  /** Requests that may come at once after a quiet time. */
  burst_size: z.int().positive().max(1_000_000).default(10),
});
export type RateLimits = z.infer<typeof RateLimits>;

export const Retry = z.strictObject({
  max_attempts: z.int().min(1).max(10).default(3),
  backoff: z.enum(['exponential', 'fixed', 'none']).default('exponential'),
  base_ms: z.int().min(1).max(60_000).default(100),
  cap_ms: z.int().min(1).max(120_000).default(5_000),
});
export type Retry = z.infer<typeof Retry>;

/** Turns a response that says 200 but means failure, or a vendor code, into a catalogue error. First match wins. */
export const ErrorRule = z.strictObject({
  /** `path = 'literal'` or `!=`, `exists(path)`, joined by `and` / `or`; paths into the body, `$status` is the status. */
  when: z.string().min(1).max(400),
  code: ErrorCode,
  /** A path into the body whose text becomes part of `message`. */
  message: z.string().optional(),
  speakable: z.string().max(200).optional(),
});
export type ErrorRule = z.infer<typeof ErrorRule>;

/**
 * JSON Schema 2020-12 of one argument plus where it goes. `x-in: const` and `x-from` parameters are hidden: the model
 * never sees them.
 */
export const Parameter = z.looseObject({
  type: z.union([z.string(), z.array(z.string())]).optional(),
  description: z.string().optional(),
  default: z.unknown().optional(),
  required: z.boolean().optional(),
  /** Where it goes. Default: path when the path names it, else query for GET, HEAD and DELETE, else body. `none`: used only by templates. */
  'x-in': z.enum(['path', 'query', 'header', 'cookie', 'body', 'body_root', 'none']).optional(),
  /** Its name on the wire when it differs; dots nest body fields: `start.dateTime`. */
  'x-name': z.string().optional(),
  /** A fixed value; hidden from the model. */
  'x-const': z.unknown().optional(),
  /** A template over arguments and connection variables, such as `SELECT Id FROM Contact WHERE Name LIKE '{query|soql}'`; hidden. */
  'x-template': z.string().optional(),
  /** `connection.<variable>`; hidden. */
  'x-from': z.string().optional(),
  'x-array-style': z.enum(['repeat', 'comma', 'space', 'pipe', 'brackets']).optional(),
  'x-object-style': z.enum(['deep', 'form', 'json', 'dots']).optional(),
  /** How the value is treated in logs and audit: `safe` values may appear. Default: not logged. */
  'x-privacy': z.enum(['safe', 'pii', 'phi', 'secret']).optional(),
});
export type Parameter = z.infer<typeof Parameter>;

export const HttpRequest = z.strictObject({
  method: z.enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']),
  /** Begins with `/`; `{name}` is a path parameter or a connection variable. Appended to the base URL. */
  path: z.string().regex(/^\/[^\s?#]*$/, { error: "expected a path that begins with '/' and holds no query" }),
  /** Another base URL for this request alone. Its host must be among the credential's hosts. */
  base_url: z.string().optional(),
  body: z.enum(['json', 'form', 'multipart', 'raw', 'none']).optional(),
  headers: z.record(HeaderName, z.string()).optional(),
  query: z.record(z.string(), z.string()).optional(),
});
export type HttpRequest = z.infer<typeof HttpRequest>;

/** None: a repeat may act twice. Natural: a repeat is harmless. Header, field: the upstream takes a key there. */
export const Idempotency = z.strictObject({
  kind: z.enum(['none', 'natural', 'header', 'field']),
  name: z.string().optional(),
});
export type Idempotency = z.infer<typeof Idempotency>;

export const ResponseShape = z.strictObject({
  /** Fields the model sees, as dotted paths; `items[].id` maps over an array; `name: path` pairs rename. Empty: the whole body. */
  pick: z.union([z.array(z.string()), z.record(z.string(), z.string())]).optional(),
  /** Most array items kept, at the top array of the shaped output. */
  max_items: z.int().positive().max(10_000).optional(),
  /** Most bytes of the shaped output. Default 16,384. */
  max_bytes: z.int().positive().max(1_048_576).optional(),
  pagination: z.looseObject({}).optional(),
  stream: z.enum(['none', 'sse', 'ndjson', 'chunked']).optional(),
});
export type ResponseShape = z.infer<typeof ResponseShape>;

export const Example = z.strictObject({
  title: z.string().optional(),
  arguments: z.record(z.string(), z.unknown()),
  response: z.strictObject({
    status: z.int().min(100).max(599),
    headers: z.record(z.string(), z.string()).optional(),
    body: z.unknown().optional(),
  }).optional(),
  /** For a tool of several steps: one response per step, by step id. */
  responses: z.record(z.string(), z.strictObject({
    status: z.int().min(100).max(599),
    headers: z.record(z.string(), z.string()).optional(),
    body: z.unknown().optional(),
  })).optional(),
});
export type Example = z.infer<typeof Example>;

/**
 * One HTTP call of a tool that needs several. Parameters of a step take arguments by name, or an earlier step's
 * response through `x-from: steps.<id>.<path>`.
 */
export const Step = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9_]{0,39}$/),
  request: HttpRequest,
  parameters: z.record(z.string(), Parameter).default({}),
  /** A URL taken from an earlier step, such as an upload URL: `steps.ticket.upload_url`. Its host must be among `auth.hosts`. */
  url_from: z.string().optional(),
  /** Whether the credential goes along. Default true. */
  auth: z.boolean().optional(),
  errors: z.array(ErrorRule).optional(),
});
export type Step = z.infer<typeof Step>;

export const Speech = z.strictObject({
  waiting: z.string().max(200).optional(),
  done: z.string().max(200).optional(),
  failed: z.string().max(200).optional(),
});

export const Tool = z.strictObject({
  title: z.string().min(1).max(80),
  /** Written for a model: what it does, when to use it, what comes back. */
  description: z.string().min(1).max(2_000),
  risk: z.enum(['read', 'write', 'destructive']),
  idempotency: Idempotency.default({ kind: 'none' }),
  request: HttpRequest.optional(),
  steps: z.array(Step).min(1).max(10).optional(),
  parameters: z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_.-]{0,63}$/), Parameter).default({}),
  timeout_ms: z.int().min(1).max(120_000).optional(),
  rate_limits: RateLimits.optional(),
  retry: Retry.optional(),
  errors: z.array(ErrorRule).optional(),
  response: ResponseShape.default({}),
  speech: Speech.optional(),
  keywords: z.array(z.string()).optional(),
  examples: z.array(Example).default([]),
}).refine((tool) => (tool.request === undefined) !== (tool.steps === undefined), {
  error: 'give exactly one of request and steps',
});
export type Tool = z.infer<typeof Tool>;

/** A value of the connection that stands in a URL, such as a subdomain. */
export const TenantVariable = z.strictObject({
  description: z.string().optional(),
  /** The whole value must match. */
  pattern: z.string().default('^[A-Za-z0-9-]{1,63}$'),
  example: z.string().optional(),
  default: z.string().optional(),
});
export type TenantVariable = z.infer<typeof TenantVariable>;

/** A third-party API as a catalogue document. A tool in it is callable as `<id>_<tool key>`. */
export const IntegrationDocument = z.strictObject({
  id: IntegrationId,
  name: z.string().min(1).max(80),
  version: Version,
  category: Category,
  description: z.string().min(1).max(2_000),
  base_url: z.string().regex(/^https?:\/\/[^\s?#]+$/, { error: 'expected an absolute http(s) URL without query' }),
  docs: z.string().optional(),
  source: z.string().optional(),
  verified_at: z.string().optional(),
  auth: Auth,
  variables: z.record(VariableName, TenantVariable).optional(),
  headers: z.record(HeaderName, z.string()).optional(),
  rate_limits: RateLimits.optional(),
  timeout_ms: z.int().min(1).max(120_000).default(10_000),
  retry: Retry.default({ max_attempts: 3, backoff: 'exponential', base_ms: 100, cap_ms: 5_000 }),
  errors: z.array(ErrorRule).default([]),
  webhooks: z.looseObject({ scheme: z.string() }).optional(),
  /** A cheap authenticated read: the key of one of the tools, with arguments. */
  health: z.strictObject({ tool: z.string(), arguments: z.record(z.string(), z.unknown()).default({}) }).optional(),
  tools: z.record(z.string().regex(/^[a-z][a-z0-9_]{0,39}$/), Tool).refine((tools) => Object.keys(tools).length > 0, {
    error: 'an integration needs at least one tool',
  }),
});
export type IntegrationDocument = z.infer<typeof IntegrationDocument>;
export type IntegrationDocumentInput = z.input<typeof IntegrationDocument>;

/** The name an agent calls a tool by. */
export function toolNameOf(integrationId: string, toolKey: string): string {
  return toolKey === '' ? integrationId : `${integrationId}_${toolKey}`;
}
