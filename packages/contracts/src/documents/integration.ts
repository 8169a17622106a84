import { z } from 'zod';
import { IntegrationId, ToolName, Version } from '../ids.ts';
import { Category } from './category.ts';
import { ErrorRule } from './error-rule.ts';
import { Example } from './example.ts';
import { TokenExchange } from './exchange.ts';
import { HeaderName, HttpRequest } from './http-request.ts';
import { McpServer, McpTool } from './mcp.ts';
import { oauthFields } from './oauth.ts';
import { Pagination } from './pagination.ts';
import { Parameter } from './parameter.ts';
import { Probe } from './probe.ts';
import { TenantVariable } from './tenant-variable.ts';
import { Webhooks } from './webhooks.ts';

const Host = z.string().regex(/^(?:\*\.)?[a-z0-9{}_-]+(?:\.[a-z0-9{}_-]+)*(?::\d{1,5})?$/, {
  error: 'expected a host such as api.example.com, or *.example.com',
});
const VariableName = z.string().regex(/^[a-z][a-z0-9_]{0,39}$/);

/** How a connection's credential is shown to the upstream. The material itself never stands in a document. */
export const Auth = z.strictObject({
  type: z.enum(['oauth2', 'api_key', 'basic', 'bearer', 'none', 'custom', 'aws_sigv4']),
  ...oauthFields,
  /** oauth2, bearer: the word before the token. Default `Bearer`; `none`: the token alone. */
  scheme: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,40}(?: token=)?$/)
    .optional(),
  /** oauth2, bearer: the header that the token goes into. Default `Authorization`. */
  header: HeaderName.optional(),
  /**
   * api_key: where the key goes, and under which name. Default header `X-API-Key`. `path`: in the place of `{name}`, default
   * `{api_key}`, in the path of `base_url`: `https://api.telegram.org/bot{api_key}`.
   */
  in: z.enum(['header', 'query', 'path']).optional(),
  name: z.string().min(1).max(64).optional(),
  /** api_key: text before the key, such as `Token `. */
  prefix: z.string().max(40).optional(),
  /**
   * custom: header and query templates over the credential's fields, such as `{api_key}`; `{basic}` is the Base64 of user name,
   * colon and password. oauth2: what goes along with the token, over what was kept with it and the client's `{client_id}` and
   * `{client_secret}`.
   */
  headers: z.record(HeaderName, z.string()).optional(),
  query: z.record(z.string(), z.string()).optional(),
  /** custom: templates of fields in the JSON or form body of every request; in JSON dots nest, `auth.key`. */
  body: z.record(z.string().regex(/^[A-Za-z_$@][\w$@:-]*(?:\.[A-Za-z_$@][\w$@:-]*){0,5}$/), z.string()).optional(),
  /**
   * aws_sigv4: each request is signed with Signature Version 4 of AWS, for this service, such as `ses`, in this region: `eu-west-1`, or a
   * variable, `{region}`. The credential is of type custom, with `access_key_id`, `secret_access_key` and, where it is a temporary one,
   * `session_token`. The secret key itself is never sent.
   */
  service: z
    .string()
    .regex(/^[a-z0-9-]{1,64}$/)
    .optional(),
  region: z
    .string()
    .regex(/^(?:[a-z0-9-]{1,40}|\{[a-z][a-z0-9_]{0,39}\})$/, {
      error: 'expected a region such as eu-west-1, or {variable}',
    })
    .optional(),
  /** The only hosts that ever receive this credential. Default: the host of `base_url`. */
  hosts: z.array(Host).optional(),
  exchange: TokenExchange.optional(),
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
  /**
   * Reads only: when no answer came within what 19 of 20 calls take, ask a second time and take the first answer. At most
   * one call of twenty is asked twice. Default false.
   */
  hedge: z.boolean().optional(),
});
export type Retry = z.infer<typeof Retry>;

/**
 * Reads only: executions that ask the same of one connection may share an answer. It is forgotten when the connection is
 * revoked, and when a tool of the integration that is not a read ran over the connection.
 */
export const Cache = z.strictObject({
  /** Milliseconds that an answer serves. 0: only while the call it came from is under way. */
  ttl_ms: z.int().min(0).max(600_000),
  /** Whether a read waits for the same one under way instead of asking too. */
  single_flight: z.boolean().default(true),
});
export type Cache = z.infer<typeof Cache>;

/**
 * None: a repeat may act twice. Natural: a repeat is harmless. Header, query, field (a body field, with the grammar of
 * `x-name`): the upstream takes a key there, under `name`. The key sent is 32 lower-case hexadecimal characters derived from the
 * tenant, the tool and the execution's idempotency key, the same in every attempt.
 */
export const Idempotency = z.strictObject({
  kind: z.enum(['none', 'natural', 'header', 'field', 'query']),
  name: z.string().optional(),
});
export type Idempotency = z.infer<typeof Idempotency>;

/** How a streamed answer is read. Each item is held to `pick` and `max_bytes` of the response. */
export const Streaming = z.strictObject({
  /**
   * What an item's data is. `auto`: JSON where an SSE event's data begins with `{` or `[` and is JSON, text otherwise; for
   * `chunked` text where the content type is textual, else base64. `json` and `text` for `sse`; `text` and `base64` for
   * `chunked`. `ndjson` is JSON always.
   */
  data: z.enum(['auto', 'json', 'text', 'base64']).default('auto'),
  /** Data of the SSE event that ends the stream and is not an item itself, such as `[DONE]`. */
  end: z.string().min(1).max(256).optional(),
  /**
   * The final result. `items`: all of them, within `max_items` and `max_bytes` of the response. `last`: the last one.
   * `text`: their texts, joined. `count`: only how many. Default `items`, for `chunked` `text`.
   */
  result: z.enum(['items', 'last', 'text', 'count']).optional(),
  /** For `result: text`: the path of the text in an item as picked, where the item is not itself a text. */
  text: z.string().min(1).max(256).optional(),
  /** Items after which a read is ended, and a write's are no longer handed on. Default 100,000. */
  max_items: z.int().positive().max(1_000_000).default(100_000),
  /** Decoded bytes read of the upstream's answer at most. Default 16 MiB. */
  max_bytes: z.int().positive().max(1_073_741_824).default(16_777_216),
  /** Milliseconds of silence that end the stream. Default: the tool's `timeout_ms`. */
  idle_ms: z.int().positive().max(120_000).optional(),
});
export type Streaming = z.infer<typeof Streaming>;

export const ResponseShape = z.strictObject({
  /**
   * Fields the model sees, as dotted paths into the body: a list keeps each path's shape (`contact.id` stays nested), and
   * `name: path` pairs make a flat object. `items[].id` maps over an array, `items[0].id` takes one; a path list below
   * the same array merges item by item, and with pairs `people: items[]` takes the items whole. A path that is not there
   * is left out; an empty body gives `{}`. With steps, a path leads into the last step's body unless it begins with
   * `steps.<id>.`. Left out: the whole body.
   */
  pick: z.union([z.array(z.string()), z.record(z.string(), z.string())]).optional(),
  /** Most array items kept, at the top array of the shaped output. */
  max_items: z.int().positive().max(10_000).optional(),
  /** Most bytes of the shaped output. Default 16,384. */
  max_bytes: z.int().positive().max(1_048_576).optional(),
  /**
   * JSONata over what `pick` leaves, for shapes that `pick` cannot give. Evaluated apart, within 250 ms and 64 MiB. When it
   * gives nothing a read is `response_invalid`; a write that took effect answers with what `pick` gave, and says so.
   */
  transform: z.string().min(1).max(4_000).optional(),
  pagination: Pagination.optional(),
  /** The answer comes in items, one after another; `streaming` says how they are read. Default `none`. */
  stream: z.enum(['none', 'sse', 'ndjson', 'chunked']).optional(),
  streaming: Streaming.optional(),
});
export type ResponseShape = z.infer<typeof ResponseShape>;

/**
 * One HTTP call of a tool that needs several, made in the order written; the first to fail ends the tool. With steps the
 * tool's own `parameters` only declare its arguments. What a step sends is in its `parameters`: one without `x-const`,
 * `x-template` or `x-from` takes the tool's argument of the same name, already checked and defaulted, so it repeats no
 * schema. A step's `required: true` on an `x-from` that has no value is `response_invalid`.
 */
export const Step = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9_]{0,39}$/),
  request: HttpRequest,
  parameters: z.record(z.string(), Parameter).default({}),
  /**
   * A whole URL, query included, taken from an earlier step, such as an upload URL: `steps.ticket.upload_url`. Its host must
   * be among `auth.hosts`. It stands in place of `base_url` and `request.path`, which is then written `/`.
   */
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

/** An image at an https URL, or within a `data:` one. `sizes` such as `48x48`, or `any`. */
const Icon = z.strictObject({
  src: z
    .string()
    .max(16_384)
    .regex(/^(?:https:\/\/|data:image\/)/, { error: 'expected an https URL, or data:image/' }),
  mime_type: z
    .string()
    .regex(/^image\/[a-z0-9.+-]{1,40}$/)
    .optional(),
  sizes: z
    .array(z.string().regex(/^(?:\d{1,5}x\d{1,5}|any)$/))
    .max(8)
    .optional(),
});

/** How a person is asked before the tool runs. A hint for the host of the agent; policies are the registry's. */
export const Confirm = z.enum(['never', 'policy', 'always']);

export const Tool = z
  .strictObject({
    /** The callable name when it is not `<integration id>_<tool key>`; see `toolNameOf`. */
    name: ToolName.optional(),
    title: z.string().min(1).max(80),
    /** Written for a model: what it does, when to use it, what comes back. */
    description: z.string().min(1).max(2_000),
    risk: z.enum(['read', 'write', 'destructive']),
    idempotency: Idempotency.default({ kind: 'none' }),
    probe: Probe.optional(),
    request: HttpRequest.optional(),
    steps: z.array(Step).min(1).max(10).optional(),
    /**
     * A tool of the integration's MCP server. Normalising fills in `request`, which then holds the server's endpoint, and the
     * arguments as its JSON body.
     */
    mcp: McpTool.optional(),
    parameters: z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_.-]{0,63}$/), Parameter).default({}),
    timeout_ms: z.int().min(1).max(120_000).optional(),
    rate_limits: RateLimits.optional(),
    retry: Retry.optional(),
    cache: Cache.optional(),
    errors: z.array(ErrorRule).optional(),
    response: ResponseShape.default({}),
    speech: Speech.optional(),
    keywords: z.array(z.string()).optional(),
    examples: z.array(Example).default([]),
    /** JSON Schema 2020-12 of the shaped output, root an object. */
    output: z.looseObject({}).optional(),
    /** Whether it acts on the world outside the tenant's own data, such as a message to a stranger. Default true (MCP). */
    open_world: z.boolean().optional(),
    confirm: Confirm.optional(),
    /** What the agent asks first; `{argument}` stands for its value. */
    confirm_prompt: z.string().max(200).optional(),
    /** `deferred`: found by search, not put before the model at the start. Default `always`. */
    loading: z.enum(['always', 'deferred']).optional(),
    /** Who may call it: the model itself, or code the model writes. Default `[direct]`. */
    callers: z
      .array(z.enum(['direct', 'programmatic']))
      .min(1)
      .optional(),
    /** Whether exports ask the model API to hold arguments to the schema. Default: wherever the schema fits. */
    strict: z.boolean().optional(),
    /** Whether a model may send arguments while it writes them, before they are checked as a whole (Anthropic). */
    eager_input: z.boolean().optional(),
    /** Whether the conversation may go on while it runs. A hint for the host of the agent. */
    background: z.boolean().optional(),
    /** What becomes of a call like one that is still running. A hint for the host of the agent. */
    duplicate: z.enum(['allow', 'reject', 'replace']).optional(),
    /** What a call usually takes, in milliseconds. */
    latency: z
      .strictObject({ p50_ms: z.int().positive().optional(), p95_ms: z.int().positive().optional() })
      .optional(),
    /** Free data for the host of the agent. Never shown to a model. */
    meta: z.record(z.string(), z.unknown()).optional(),
  })
  .refine((tool) => (tool.request === undefined && tool.mcp === undefined) !== (tool.steps === undefined), {
    error: 'give exactly one of request, steps and mcp',
  });
export type Tool = z.infer<typeof Tool>;

/** A third-party API as a catalogue document. A tool in it is callable by the name `toolNameOf` gives. */
export const IntegrationDocument = z.strictObject({
  id: IntegrationId,
  name: z.string().min(1).max(80),
  version: Version,
  category: Category,
  description: z.string().min(1).max(2_000),
  base_url: z.string().regex(/^https?:\/\/[^\s?#]+$/, { error: 'expected an absolute http(s) URL without query' }),
  /** The server that tools with `mcp` belong to. Normalising fills in `base_url` from it. */
  mcp: McpServer.optional(),
  docs: z.string().optional(),
  /** Pictures of the integration for the host of an agent: MCP icons. */
  icons: z.array(Icon).max(8).optional(),
  source: z.string().optional(),
  verified_at: z.string().optional(),
  auth: Auth,
  variables: z.record(VariableName, TenantVariable).optional(),
  headers: z.record(HeaderName, z.string()).optional(),
  rate_limits: RateLimits.optional(),
  timeout_ms: z.int().min(1).max(120_000).default(10_000),
  retry: Retry.default({ max_attempts: 3, backoff: 'exponential', base_ms: 100, cap_ms: 5_000 }),
  errors: z.array(ErrorRule).default([]),
  webhooks: Webhooks.optional(),
  /** A cheap authenticated read: the key of one of the tools, with arguments. */
  health: z.strictObject({ tool: z.string(), arguments: z.record(z.string(), z.unknown()).default({}) }).optional(),
  tools: z.record(z.string().regex(/^[a-z][a-z0-9_]{0,39}$/), Tool).refine((tools) => Object.keys(tools).length > 0, {
    error: 'an integration needs at least one tool',
  }),
});
export type IntegrationDocument = z.infer<typeof IntegrationDocument>;
export type IntegrationDocumentInput = z.input<typeof IntegrationDocument>;

/**
 * The name an agent calls a tool by: the tool's own `name`, else `<integration id>_<tool key>`. The single-tool form with
 * one endpoint sets `name` to the document's id. Pass `tool` when the document at hand does not hold its tools.
 */
export function toolNameOf(
  document: { id: string; tools?: Readonly<Record<string, { name?: string | undefined }>> },
  toolKey: string,
  tool: { name?: string | undefined } | undefined = document.tools?.[toolKey],
): string {
  return tool?.name ?? `${document.id}_${toolKey}`;
}
