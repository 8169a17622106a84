import { z } from 'zod';
import { idSchema, TenantToken } from '../ids.ts';

/** SHA-256 in standard Base64. */
const Hash = z.string().regex(/^[A-Za-z0-9+/]{43}=$/, { error: 'expected a SHA-256 in Base64' });
const LogSize = z.int().nonnegative();

/**
 * A signed checkpoint of a tenant's log: how many records it has and the root of the tree over them. What counts is `note`, a C2SP
 * signed note; the rest repeats what it says.
 */
export const AuditCheckpoint = z.object({
  /** `patchbay/<installation>/<tenant>`: which log. */
  origin: z.string(),
  size: LogSize,
  root: Hash,
  /** The signed note, which ends in a newline. */
  note: z.string(),
  signed_at: z.iso.datetime(),
  /** Whether it is stored outside of the database too. */
  kept_outside: z.boolean(),
  /** Names of those who signed it besides the log itself. */
  witnesses: z.array(z.string()),
});
export type AuditCheckpoint = z.infer<typeof AuditCheckpoint>;

/** `svc.audit.v1.log.checkpoints`: newest first. */
export const ListCheckpoints = z.strictObject({
  tenant: TenantToken,
  /** The one of this size alone. */
  size: LogSize.optional(),
  /** Smaller ones than this: `next` of the answer before. */
  below: LogSize.optional(),
  limit: z.int().min(1).max(1_000).default(20),
});
export type ListCheckpoints = z.infer<typeof ListCheckpoints>;
export const ListCheckpointsResult = z.object({
  checkpoints: z.array(AuditCheckpoint),
  /** Null when there are no smaller ones. */
  next: LogSize.nullable(),
});
export type ListCheckpointsResult = z.infer<typeof ListCheckpointsResult>;

/**
 * `svc.audit.v1.log.inclusion`: proves that an event is in the log. Without `size` against the newest checkpoint; one is signed
 * when the event is younger than that.
 */
export const ProveInclusion = z.strictObject({
  tenant: TenantToken,
  event_id: idSchema('auditEvent'),
  /** Of a checkpoint that the event is in. */
  size: LogSize.optional(),
});
export type ProveInclusion = z.infer<typeof ProveInclusion>;
export const InclusionProof = z.object({
  event_id: idSchema('auditEvent'),
  /** Its place in the log, from 0. */
  index: z.int().nonnegative(),
  /** What the log holds of the event, byte for byte; null when its body is kept no longer. */
  record: z.string().nullable(),
  /** RFC 9162 leaf hash of the record. */
  leaf: Hash,
  /** RFC 9162 section 2.1.3, nearest first. */
  proof: z.array(Hash),
  checkpoint: AuditCheckpoint,
});
export type InclusionProof = z.infer<typeof InclusionProof>;

/** `svc.audit.v1.log.consistency`: proves that the log of one size goes on from that of another. */
export const ProveConsistency = z.strictObject({
  tenant: TenantToken,
  from: z.int().positive(),
  /** Size of a checkpoint. Left out: of the newest. */
  to: z.int().positive().optional(),
});
export type ProveConsistency = z.infer<typeof ProveConsistency>;
export const ConsistencyProof = z.object({
  from: z.object({ size: LogSize, root: Hash }),
  /** RFC 9162 section 2.1.4; empty where the sizes are equal. */
  proof: z.array(Hash),
  checkpoint: AuditCheckpoint,
});
export type ConsistencyProof = z.infer<typeof ConsistencyProof>;

/** `svc.audit.v1.log.key`: who signs a tenant's checkpoints now. */
export const ReadLogKey = z.strictObject({ tenant: TenantToken });
export type ReadLogKey = z.infer<typeof ReadLogKey>;
export const LogKey = z.object({
  origin: z.string(),
  /** Ed25519, as C2SP writes a verifier's key: name, id, key. */
  verifier_key: z.string(),
});
export type LogKey = z.infer<typeof LogKey>;
