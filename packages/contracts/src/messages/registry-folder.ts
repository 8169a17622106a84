import { z } from 'zod';
import { Issue } from '../errors.ts';
import { IntegrationId, Scope, Version } from '../ids.ts';

/** A file of the watched folder, and what the registry made of it. */
export const FolderFile = z.object({
  /** From the folder on: `crm.yaml`, `acme/crm.yaml`. */
  file: z.string(),
  scope: Scope.nullable(),
  integration: IntegrationId.nullable(),
  /**
   * `served`: calls mean what it says. `shadowed`: it is registered, and calls mean another version. `wrong`: it cannot be
   * used; what it said before is still there. `leaving`: it is gone, and what it published is about to be retired.
   */
  state: z.enum(['served', 'shadowed', 'wrong', 'leaving']),
  /** The version its content is registered as; null: none yet. */
  version: Version.nullable(),
  /** The version that calls mean now. */
  served: Version.nullable(),
  /** Milliseconds from the change being noticed until it could be called. */
  took_ms: z.number().nullable(),
  /** What is wrong now, with line and column. */
  problems: z.array(Issue),
  /** What was done otherwise than the file says, such as under another version. */
  warnings: z.array(Issue),
  /** What was wrong last, and when; stays when it was mended. */
  last_problem: z.object({ at: z.string(), issues: z.array(Issue) }).nullable(),
  /** When its content was last taken or turned away, RFC 3339. */
  at: z.string(),
});
export type FolderFile = z.infer<typeof FolderFile>;

/** `svc.registry.v1.folder`: of the registry process that answers. */
export const FolderStateRequest = z.strictObject({});
export const FolderStateResult = z.object({
  registry: z.string(),
  /** Null: this registry watches none. */
  folder: z.string().nullable(),
  /** Why the folder itself cannot be read. */
  problem: z.string().nullable(),
  files: z.array(FolderFile),
});
export type FolderStateResult = z.infer<typeof FolderStateResult>;
