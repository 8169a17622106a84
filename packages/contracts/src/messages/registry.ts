import { z } from 'zod';
import { Category } from '../documents/category.ts';
import { Confirm, IntegrationDocument } from '../documents/integration.ts';
import { Issue } from '../errors.ts';
import { IntegrationId, platformScope, Scope, ToolName, Version } from '../ids.ts';
import { ToolsetName } from './registry-toolsets.ts';
import { Deprecation, DocumentChange } from './registry-versions.ts';
import { ToolLatency } from './telemetry.ts';

/** `svc.registry.v1.register`: a document as data, or as YAML or JSON text. Either form of document. */
export const RegisterRequest = z.strictObject({
  scope: Scope.default(platformScope),
  document: z.unknown().optional(),
  text: z.string().max(900_000).optional(),
  /** Validate and report only. */
  dry_run: z.boolean().default(false),
});
export type RegisterRequest = z.infer<typeof RegisterRequest>;

export const RegisterResult = z.object({
  integration: IntegrationId,
  version: Version,
  tools: z.array(ToolName),
  /** False when this exact document was registered before. */
  created: z.boolean(),
  warnings: z.array(Issue).default([]),
  /** The version served to the scope before, and what this one changes of it. Null: there was none. */
  compared_to: Version.nullable().default(null),
  changes: z.array(DocumentChange).default([]),
});
export type RegisterResult = z.infer<typeof RegisterResult>;

/** `svc.registry.v1.retire`: one version, or the whole integration when `version` is omitted. */
export const RetireRequest = z.strictObject({
  scope: Scope.default(platformScope),
  integration: IntegrationId,
  version: Version.optional(),
});
export type RetireRequest = z.infer<typeof RetireRequest>;
export const RetireResult = z.object({
  integration: IntegrationId,
  retired: z.array(Version),
  latest: Version.nullable(),
});
export type RetireResult = z.infer<typeof RetireResult>;

/** `svc.registry.v1.get`: a stored document. */
export const GetIntegrationRequest = z.strictObject({
  scope: Scope.default(platformScope),
  integration: IntegrationId,
  version: Version.optional(),
});
export const GetIntegrationResult = z.object({
  document: IntegrationDocument,
  versions: z.array(
    z.object({
      version: Version,
      retired: z.boolean(),
      registered_at: z.string(),
      deprecated: Deprecation.optional(),
      /** A watched folder's. */
      origin: z.enum(['folder']).optional(),
    }),
  ),
  /** The version that calls mean when they name none, and the scope's own pin. */
  served: Version.nullable().default(null),
  pin: Version.nullable().default(null),
});
export type GetIntegrationResult = z.infer<typeof GetIntegrationResult>;

/**
 * In which shape a tool is described. `patchbay` is our own; the others are ready to hand to that API. `openai` is another
 * name of `openai-responses`.
 */
export const ToolFormat = z.enum([
  'patchbay',
  'anthropic',
  'openai',
  'openai-responses',
  'openai-chat',
  'openai-realtime',
  'mcp',
  'ai-sdk',
  'langchain',
]);
export type ToolFormat = z.infer<typeof ToolFormat>;

export const ToolSummary = z.object({
  name: ToolName,
  title: z.string(),
  integration: IntegrationId,
  category: Category,
  version: Version,
  risk: z.enum(['read', 'write', 'destructive']),
  description: z.string(),
  /** Left out when nobody knows yet. */
  latency: ToolLatency.optional(),
  /** It can be called, and should be replaced. */
  deprecated: Deprecation.optional(),
});
export type ToolSummary = z.infer<typeof ToolSummary>;

/** `tools.v1.<tenant>.list` */
export const ListToolsRequest = z.strictObject({
  category: Category.optional(),
  integration: IntegrationId.optional(),
  risk: z.enum(['read', 'write', 'destructive']).optional(),
  toolset: ToolsetName.optional(),
  limit: z.int().min(1).max(1_000).default(200),
  /** `next_cursor` of the page before. */
  cursor: z.string().max(200).optional(),
});
export type ListToolsRequest = z.infer<typeof ListToolsRequest>;
export const ListToolsResult = z.object({
  tools: z.array(ToolSummary),
  next_cursor: z.string().nullable(),
  total: z.int(),
});
export type ListToolsResult = z.infer<typeof ListToolsResult>;

/**
 * `tools.v1.<tenant>.search`: best first. `query` in the caller's words: English, or German, French, Spanish, Italian,
 * Portuguese, Dutch or Polish.
 */
export const SearchToolsRequest = z.strictObject({
  query: z.string().min(1).max(400),
  category: Category.optional(),
  toolset: ToolsetName.optional(),
  limit: z.int().min(1).max(20).default(5),
  /** Whether the definitions come too, ready for that API, so that a model can call what was found at once. */
  format: ToolFormat.optional(),
  /** About how many tokens the definitions, or without `format` the summaries, may take together. */
  max_tokens: z.int().min(1).max(100_000).optional(),
});
export type SearchToolsRequest = z.infer<typeof SearchToolsRequest>;
export const FoundTool = ToolSummary.extend({
  /** Higher is better; only comparable within one answer. */
  score: z.number(),
  /** How a person is asked before it runs, where the document says it. */
  confirm: Confirm.optional(),
});
export type FoundTool = z.infer<typeof FoundTool>;
export const SearchToolsResult = z.object({
  tools: z.array(FoundTool),
  /** In the format asked for, as `describe` gives them, in the order of `tools`. */
  definitions: z.array(z.record(z.string(), z.unknown())).default([]),
  /** About how many tokens they take: the definitions, or without a format the summaries. */
  tokens: z.int().nonnegative().default(0),
  /** Tools that would be in the answer but for `max_tokens`. */
  left_out: z.array(ToolName).default([]),
});
export type SearchToolsResult = z.infer<typeof SearchToolsResult>;

/**
 * `tools.v1.<tenant>.describe`: whole definitions, in the order asked, as the list of one request to that API: beyond what
 * Anthropic's compiles in one (20 tools, 24 optional arguments), they are no longer `strict`.
 */
export const DescribeToolsRequest = z.strictObject({
  tools: z.array(ToolName).min(1).max(128),
  version: Version.optional(),
  /** Names that are not in it are not found. */
  toolset: ToolsetName.optional(),
  format: ToolFormat.default('patchbay'),
  /** `openai-responses` only: one `namespace` tool for each integration, with its functions, in place of the functions. */
  namespaces: z.boolean().optional(),
  /** `anthropic` only: how long the API keeps the prompt's tools; marks the last that is loaded at once. */
  cache_control: z.enum(['5m', '1h']).optional(),
});
export type DescribeToolsRequest = z.infer<typeof DescribeToolsRequest>;
/**
 * `tools` holds definitions in the format asked for; `missing` names those not found; `latencies` says by name how long a
 * call takes, and `deprecations` which are to be replaced, beside the definitions, so that what goes to a model API holds nothing it does not know.
 */
export const DescribeToolsResult = z.object({
  tools: z.array(z.record(z.string(), z.unknown())),
  missing: z.array(z.string()),
  latencies: z.record(z.string(), ToolLatency).default({}),
  deprecations: z.record(z.string(), Deprecation).default({}),
});
export type DescribeToolsResult = z.infer<typeof DescribeToolsResult>;

/**
 * `events.v1.<tenant>.registry.changed`; for the platform the tenant token is `all`. `chosen`: a scope pinned, installed or
 * uninstalled something, or deprecated a version; its tools are those concerned, empty where that is every one.
 */
export const RegistryChanged = z.object({
  scope: Scope,
  integration: IntegrationId.nullable(),
  /** Null where no one version is concerned. */
  version: Version.nullable(),
  change: z.enum(['registered', 'retired', 'chosen']),
  tools: z.array(ToolName),
});
export type RegistryChanged = z.infer<typeof RegistryChanged>;

/** Value of KV `integrations` at `doc.<scope>.<integration>.<version>`: written once; then only `retired` and `deprecated` change. */
export const StoredIntegration = z.object({
  scope: Scope,
  document: IntegrationDocument,
  registered_at: z.string(),
  retired: z.boolean(),
  /** SHA-256 of the canonical document, hex. */
  digest: z.string(),
  deprecated: Deprecation.optional(),
  /** A file of a watched folder published it, and takes it back when it goes. */
  origin: z.enum(['folder']).optional(),
});
export type StoredIntegration = z.infer<typeof StoredIntegration>;
