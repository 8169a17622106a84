import { z } from 'zod';
import { idSchema, TenantToken } from '../ids.ts';
import type { ServiceName } from '../route-kinds.ts';

/** Token four of an audit subject. Each has exactly one producer (see `auditProducers`). */
export const AuditClass = z.enum([
  'execution',
  'egress',
  'credential',
  'connection',
  'registry',
  'query',
  'webhook',
  'delivery',
  'gateway',
  'reconciliation',
]);
export type AuditClass = z.infer<typeof AuditClass>;

/** The only service that may write each class; the audit service refuses an event whose MAC is another's. */
export const auditProducers: Record<AuditClass, ServiceName> = {
  execution: 'executor',
  egress: 'executor',
  credential: 'vault',
  connection: 'vault',
  registry: 'registry',
  query: 'audit',
  webhook: 'webhook-ingress',
  delivery: 'webhook-delivery',
  gateway: 'gateway',
  /** What became of executions whose own executor never told. */
  reconciliation: 'audit',
};

/**
 * Stands for a person in the audit log: `tok_` and HMAC-SHA256, base64url, of the normalised identifier under the tenant's
 * subject key, which the vault keeps. Says nothing to whoever has not that key.
 */
export const SubjectToken = z.string().regex(/^tok_[A-Za-z0-9_-]{43}$/, { error: 'expected a token such as tok_…' });
export type SubjectToken = z.infer<typeof SubjectToken>;

/** In a token's place where the key for it could not be had. Never the identifier itself. */
export const unknownSubject = 'tok_unknown';

/** In the place of a digest of arguments where the key for it could not be had. */
export const unknownDigest = 'hmac_unknown';

/** Most bytes of personal values that one event keeps, in clear. */
export const maxSealedBytes = 16_384;

/**
 * Personal values of an event, which its tenant wants kept: encrypted with AES-256-GCM under a key of the person's own, that the
 * vault keeps and can destroy. A record of the log has no `ciphertext`, only its `sha256`: so it can go, and proofs still verify.
 */
export const SealedPersonal = z.object({
  subject: SubjectToken,
  /** Id of the person's data key. Another after an erasure. */
  key: z.string().max(64),
  /** SHA-256 of the bytes that `ciphertext` is, base64url. */
  sha256: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
  /** Base64: IV of 12 bytes, ciphertext, tag of 16 bytes. Not in what is stored as an event, nor in a query's answer. */
  ciphertext: z.base64().max(32_768).optional(),
});
export type SealedPersonal = z.infer<typeof SealedPersonal>;

/** Who or what acted. */
export const Actor = z.object({
  /** `key`: an API key, by its id. `user`: somebody whom the tenant's own issuer knows, by the subject of their token. */
  kind: z.enum(['service', 'agent', 'admin', 'key', 'user']),
  id: z.string().max(256),
  session: z.string().max(128).optional(),
  /** A `SubjectToken`, or `unknownSubject`. Events of before there were tokens have what the caller said. */
  end_user: z.string().max(256).optional(),
});

/** The event's own facts. Never an argument's or a credential's value. */
export const AuditData = z.object({
  actor: Actor,
  /** What was acted on, such as a tool, a connection or an integration. */
  target: z.object({ kind: z.string(), id: z.string(), version: z.string().optional() }),
  outcome: z.enum(['intent', 'succeeded', 'failed', 'refused', 'cancelled', 'outcome_unknown']),
  error_code: z.string().optional(),
  execution_id: idSchema('execution').optional(),
  /** The plan that the execution was a call of. */
  plan_id: idSchema('plan').optional(),
  tool: z.string().optional(),
  integration: z.string().optional(),
  connection: z.string().optional(),
  risk: z.enum(['read', 'write', 'destructive']).optional(),
  /**
   * Tells equal arguments of a tenant from others without showing them: `hmac_` and HMAC-SHA256, base64url, over the SHA-256 of the
   * canonical arguments, under a key that the vault lends and destroys when anybody of the tenant is erased. `unknownDigest` where the
   * key could not be had. Events of before there was a key have the bare SHA-256.
   */
  arguments_digest: z.string().optional(),
  attempts: z.int().optional(),
  upstream_status: z.int().optional(),
  duration_ms: z.number().optional(),
  /** Estimate of what a model reads of the output. */
  tokens: z.int().nonnegative().optional(),
  replayed: z.boolean().optional(),
  trace_id: z.string().optional(),
  /** Personal values that the tenant wants kept, unreadable once the person is erased. */
  sealed: SealedPersonal.optional(),
  /** Further facts of the class, each safe to keep for years. */
  facts: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).optional(),
});
export type AuditData = z.infer<typeof AuditData>;

/** CloudEvents 1.0 in structured JSON. `tenant` is an extension attribute. */
export const AuditEvent = z.object({
  specversion: z.literal('1.0'),
  id: idSchema('auditEvent'),
  source: z.string(),
  type: z.string().regex(/^dev\.patchbay\.[a-z_.]+$/),
  time: z.string(),
  subject: z.string().optional(),
  tenant: TenantToken,
  datacontenttype: z.literal('application/json'),
  data: AuditData,
});
export type AuditEvent = z.infer<typeof AuditEvent>;

/**
 * One message of stream `AUDIT` is a CloudEvents batch: a JSON array of events of one tenant and class, so that a busy
 * producer pays for one acknowledged write, not for each event. Header `Patchbay-Producer` names the service and
 * `Patchbay-Mac` is HMAC-SHA256 (base64url) over subject, newline, payload under the key that producer shares with the
 * audit service: a subject alone does not prove who wrote, because a reply subject can be chosen by the requester.
 */
export const AuditBatch = z.array(AuditEvent).min(1).max(1_000);
export const auditHeaders = { producer: 'Patchbay-Producer', mac: 'Patchbay-Mac' } as const;

/** `svc.audit.v1.query`: newest first. Times are RFC 3339. */
export const AuditQuery = z.strictObject({
  tenant: TenantToken,
  class: AuditClass.optional(),
  tool: z.string().max(64).optional(),
  session: z.string().max(128).optional(),
  /** A person's token. */
  end_user: SubjectToken.optional(),
  status: z.string().max(32).optional(),
  execution_id: idSchema('execution').optional(),
  event_id: idSchema('auditEvent').optional(),
  from: z.iso.datetime({ offset: true }).optional(),
  to: z.iso.datetime({ offset: true }).optional(),
  limit: z.int().min(1).max(1_000).default(100),
  cursor: z.string().max(200).optional(),
});
export type AuditQuery = z.infer<typeof AuditQuery>;
export const AuditQueryResult = z.object({ events: z.array(AuditEvent), next_cursor: z.string().nullable() });
export type AuditQueryResult = z.infer<typeof AuditQueryResult>;

/**
 * `svc.audit.v1.unknown`: executions of which nobody knows whether they had their effect, newest first. Those without an
 * outcome count from `older_than_ms` on, by default longer than any deadline: younger ones may be under way.
 */
export const ListUnknown = z.strictObject({
  tenant: TenantToken,
  older_than_ms: z.int().min(0).max(604_800_000).default(180_000),
  /** How far to look back. At most, and by default, 7 days: as long as the ledger keeps keys. */
  within_ms: z.int().min(1).max(604_800_000).default(604_800_000),
  limit: z.int().min(1).max(1_000).default(100),
});
export type ListUnknown = z.infer<typeof ListUnknown>;

export const UnknownExecution = z.object({
  execution_id: idSchema('execution'),
  tool: z.string().nullable(),
  session: z.string().nullable(),
  /** Of the audit event that says so: the intent, or the outcome. RFC 3339. */
  time: z.iso.datetime(),
  event_id: idSchema('auditEvent'),
  /** `no_outcome`: its executor was lost. `outcome_unknown`: a request left and its answer did not come. */
  why: z.enum(['no_outcome', 'outcome_unknown']),
});
export type UnknownExecution = z.infer<typeof UnknownExecution>;
export const ListUnknownResult = z.object({
  executions: z.array(UnknownExecution),
  /** Older ones were left out. */
  more: z.boolean(),
});
export type ListUnknownResult = z.infer<typeof ListUnknownResult>;

/**
 * `svc.audit.v1.verify`: reads a tenant's messages of stream `AUDIT` again, in the stream's order, checks each MAC and compares
 * what the projection holds of their events. One answer covers at most `limit` messages; `next` goes on. Beside it reads the tenant's
 * log, hashes each record again and holds the tree over them against the signed checkpoints; `log.next` goes on.
 */
export const VerifyAudit = z.strictObject({
  tenant: TenantToken,
  /** From the first message stored at or after it. Left out: from the stream's beginning. */
  from: z.iso.datetime({ offset: true }).optional(),
  /** `next` of the answer before, in the place of `from`. */
  after: z.int().nonnegative().optional(),
  limit: z.int().min(1).max(2_000).default(500),
  /** `log.next` of the answer before. Left out: from the log's beginning, unless `after` goes on with messages alone. */
  log_from: z.int().nonnegative().optional(),
});
export type VerifyAudit = z.infer<typeof VerifyAudit>;

/** Most problems that one answer tells. */
export const maxAuditProblems = 100;
export const AuditProblem = z.object({
  /** Of the message in stream `AUDIT`. */
  sequence: z.int(),
  /** Null where it is the whole message. */
  event_id: z.string().nullable(),
  /**
   * `not_stored`: the stream has it, the projection does not. `not_in_stream`: the projection has it and no message brought it.
   * `content_differs`, `columns_differ`: the projection says something else. Any other: why the message, or an event of it, is not
   * believed, such as `mac_wrong`.
   */
  what: z.string(),
});
export type AuditProblem = z.infer<typeof AuditProblem>;

export const LogProblem = z.object({
  /** Place in the log. */
  index: z.int().nonnegative(),
  event_id: z.string().nullable(),
  /**
   * `missing`, `twice`: no row has the place, or a second one. `record_differs`: what is stored does not hash to its leaf. `leaf_differs`:
   * nor is the leaf that of the tree. `tree_differs`: the tree's own hashes do not fit together. `root_differs`: from here on, up to the
   * next checkpoint, something is not what was signed. `checkpoint_differs`: the checkpoint of this size says something else than its note.
   */
  what: z.string(),
});
export type LogProblem = z.infer<typeof LogProblem>;

export const LogVerdict = z.object({
  origin: z.string(),
  /** Records of the log now. */
  size: z.int().nonnegative(),
  /** Size of the newest checkpoint; null before the first. */
  checkpoint: z.int().nonnegative().nullable(),
  /** Records that were hashed again. */
  records: z.int().nonnegative(),
  /** Records that are kept no longer, of which the leaf was taken. */
  purged: z.int().nonnegative(),
  problem_count: z.int().nonnegative(),
  problems: z.array(LogProblem),
  /** Null at the end of the log. */
  next: z.int().nullable(),
});
export type LogVerdict = z.infer<typeof LogVerdict>;

export const VerifyAuditResult = z.object({
  /** What is proven of messages: every one by its producer's MAC. One that is gone from the stream is not noticed by it. */
  proof: z.literal('mac'),
  messages: z.int().nonnegative(),
  /** Events of messages whose MAC is right. */
  events: z.int().nonnegative(),
  /** Of them on their way to the projection still. */
  pending: z.int().nonnegative(),
  /** How many there are; `problems` tells the first 100. */
  problem_count: z.int().nonnegative(),
  problems: z.array(AuditProblem),
  /** Where the next question goes on; null at the end of the stream. */
  next: z.int().nullable(),
  /** Of the log; null where it was not asked for. */
  log: LogVerdict.nullable(),
});
export type VerifyAuditResult = z.infer<typeof VerifyAuditResult>;
