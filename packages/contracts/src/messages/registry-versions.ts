import { z } from 'zod';
import { IntegrationId, platformScope, Scope, ToolName, Version } from '../ids.ts';

/** What is said of a version that should be used no more. It still can be. */
export const Deprecation = z.object({
  /** What to do instead, for whoever writes the agent. */
  message: z.string().min(1).max(400),
  /** A tool or an integration that takes its place. */
  replaced_by: ToolName.optional(),
  /** The day after which it may be retired, `YYYY-MM-DD`. */
  sunset: z.iso.date().optional(),
  /** RFC 3339. */
  since: z.string(),
});
export type Deprecation = z.infer<typeof Deprecation>;

/** `svc.registry.v1.deprecate`: one version, or all in use when `version` is left out. `deprecation` null takes it back. */
export const DeprecateRequest = z.strictObject({
  scope: Scope.default(platformScope),
  integration: IntegrationId,
  version: Version.optional(),
  deprecation: z
    .strictObject({
      message: z.string().min(1).max(400),
      replaced_by: ToolName.optional(),
      sunset: z.iso.date().optional(),
    })
    .nullable(),
});
export type DeprecateRequest = z.infer<typeof DeprecateRequest>;
export const DeprecateResult = z.object({ integration: IntegrationId, versions: z.array(Version) });
export type DeprecateResult = z.infer<typeof DeprecateResult>;

/** One difference between two documents of an integration. */
export const DocumentChange = z.object({
  /** Where in the newer document, or in the older one for what is gone. */
  path: z.string(),
  /** Whether a caller of the older one can fail, act otherwise or miss something because of it. */
  breaking: z.boolean(),
  message: z.string(),
});
export type DocumentChange = z.infer<typeof DocumentChange>;

/**
 * `svc.registry.v1.diff`: of two stored versions, or of one and a document that is not stored. Without `from`: the version
 * served to the scope. Without `to` and `text`: the highest one.
 */
export const DiffRequest = z.strictObject({
  scope: Scope.default(platformScope),
  integration: IntegrationId,
  from: Version.optional(),
  to: Version.optional(),
  text: z.string().max(900_000).optional(),
});
export type DiffRequest = z.infer<typeof DiffRequest>;
export const DiffResult = z.object({
  integration: IntegrationId,
  from: Version,
  to: Version,
  changes: z.array(DocumentChange),
});
export type DiffResult = z.infer<typeof DiffResult>;
