import { z } from 'zod';
import { Issue } from '../errors.ts';
import { platformScope, Scope, ToolName } from '../ids.ts';

/** A toolset's name: 1 to 40 characters. */
export const ToolsetName = z.string().regex(/^[a-z][a-z0-9_-]{0,39}$/, {
  error: 'expected a name such as front-desk: a lower-case letter, then letters, digits, hyphens or underscores',
});

/** A tool's name, or `slack.*` for every tool of an integration. */
export const ToolsetMember = z.string().regex(/^(?:[a-z][a-z0-9_]{0,63}|[a-z][a-z0-9_]{0,39}\.\*)$/, {
  error: "expected a tool's name, or an integration's id followed by .*",
});

/** A named choice of tools for one kind of agent. It narrows what is found, not what may be called. */
export const Toolset = z.strictObject({
  title: z.string().min(1).max(80),
  tools: z.array(ToolsetMember).min(1).max(256),
  /** How a model gets its definitions, in place of what each document says: at the start, or when it searches. */
  loading: z.enum(['always', 'deferred']).optional(),
});
export type Toolset = z.infer<typeof Toolset>;

/** Value of KV `integrations` at `set.<scope>.<name>`. */
export const StoredToolset = z.object({
  ...Toolset.shape,
  scope: Scope,
  name: ToolsetName,
  changed_at: z.string(),
  /** There is none any more. */
  removed: z.literal(true).optional(),
});
export type StoredToolset = z.infer<typeof StoredToolset>;

/** What a toolset comes to for a tenant. */
export const ToolsetView = z.object({
  scope: Scope,
  name: ToolsetName,
  title: z.string(),
  tools: z.array(z.string()),
  loading: z.enum(['always', 'deferred']).optional(),
  changed_at: z.string(),
  /** Names of the tools in it that the tenant can call. */
  resolved: z.array(ToolName),
  /** Members that stand for no tool of the tenant. */
  missing: z.array(z.string()),
  /** About how many tokens their definitions take of a model's context. */
  tokens: z.int(),
  warnings: z.array(Issue),
});
export type ToolsetView = z.infer<typeof ToolsetView>;

/** `svc.registry.v1.toolsets.set` */
export const SetToolsetRequest = Toolset.extend({ scope: Scope.default(platformScope), name: ToolsetName });
export type SetToolsetRequest = z.infer<typeof SetToolsetRequest>;
export const SetToolsetResult = z.object({ toolset: ToolsetView, created: z.boolean() });
export type SetToolsetResult = z.infer<typeof SetToolsetResult>;

/** `svc.registry.v1.toolsets.show`: a tenant's own, else the platform's. */
export const ShowToolsetRequest = z.strictObject({ scope: Scope.default(platformScope), name: ToolsetName });
export type ShowToolsetRequest = z.infer<typeof ShowToolsetRequest>;
export const ShowToolsetResult = z.object({ toolset: ToolsetView });

/** `svc.registry.v1.toolsets.list`: those a tenant can name, by name. */
export const ListToolsetsRequest = z.strictObject({ scope: Scope.default(platformScope) });
export const ListToolsetsResult = z.object({ toolsets: z.array(ToolsetView) });

/** `svc.registry.v1.toolsets.remove` */
export const RemoveToolsetRequest = z.strictObject({ scope: Scope.default(platformScope), name: ToolsetName });
export type RemoveToolsetRequest = z.infer<typeof RemoveToolsetRequest>;
export const RemoveToolsetResult = z.object({ scope: Scope, name: ToolsetName });
