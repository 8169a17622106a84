import { z } from 'zod';
import { Category } from '../documents/category.ts';
import { IntegrationDocument } from '../documents/integration.ts';
import { Issue } from '../errors.ts';
import { IntegrationId, TenantId, ToolName, Version } from '../ids.ts';
import { ToolLatency } from './telemetry.ts';

/** The scope of an integration every tenant sees. Any other scope is a tenant's id. Not a valid tenant id itself. */
export const platformScope = '_platform';
export const Scope = z.union([z.literal(platformScope), TenantId]);

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
  versions: z.array(z.object({ version: Version, retired: z.boolean(), registered_at: z.string() })),
});
export type GetIntegrationResult = z.infer<typeof GetIntegrationResult>;

/** In which shape a tool is described. `patchbay` is our own; the others are ready to hand to that API. */
export const ToolFormat = z.enum(['patchbay', 'anthropic', 'openai', 'mcp']);
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
});
export type ToolSummary = z.infer<typeof ToolSummary>;

/** `tools.v1.<tenant>.list` */
export const ListToolsRequest = z.strictObject({
  category: Category.optional(),
  integration: IntegrationId.optional(),
  risk: z.enum(['read', 'write', 'destructive']).optional(),
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

/** `tools.v1.<tenant>.search`: best first. */
export const SearchToolsRequest = z.strictObject({
  query: z.string().min(1).max(400),
  category: Category.optional(),
  limit: z.int().min(1).max(50).default(5),
});
export type SearchToolsRequest = z.infer<typeof SearchToolsRequest>;
export const SearchToolsResult = z.object({ tools: z.array(ToolSummary.extend({ score: z.number() })) });
export type SearchToolsResult = z.infer<typeof SearchToolsResult>;

/** `tools.v1.<tenant>.describe`: whole definitions, in the order asked. */
export const DescribeToolsRequest = z.strictObject({
  tools: z.array(ToolName).min(1).max(128),
  version: Version.optional(),
  format: ToolFormat.default('patchbay'),
});
export type DescribeToolsRequest = z.infer<typeof DescribeToolsRequest>;
/**
 * `tools` holds definitions in the format asked for; `missing` names those not found; `latencies` says by name how long a
 * call takes, beside the definitions, so that what goes to a model API holds nothing it does not know.
 */
export const DescribeToolsResult = z.object({
  tools: z.array(z.record(z.string(), z.unknown())),
  missing: z.array(z.string()),
  latencies: z.record(z.string(), ToolLatency).default({}),
});
export type DescribeToolsResult = z.infer<typeof DescribeToolsResult>;

/** `events.v1.<tenant>.registry.changed`; for a platform integration the tenant token is `all`. */
export const RegistryChanged = z.object({
  scope: Scope,
  integration: IntegrationId,
  version: Version,
  change: z.enum(['registered', 'retired']),
  tools: z.array(ToolName),
});
export type RegistryChanged = z.infer<typeof RegistryChanged>;

/** Value of KV `integrations` at `doc.<scope>.<integration>.<version>`: written once, then only `retired` changes. */
export const StoredIntegration = z.object({
  scope: Scope,
  document: IntegrationDocument,
  registered_at: z.string(),
  retired: z.boolean(),
  /** SHA-256 of the canonical document, hex. */
  digest: z.string(),
});
export type StoredIntegration = z.infer<typeof StoredIntegration>;
