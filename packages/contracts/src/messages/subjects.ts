import { z } from 'zod';
import { idSchema, TenantId } from '../ids.ts';
import { AuditEvent, SubjectToken } from './audit.ts';
import { XKey } from './vault.ts';

/**
 * A person as somebody names them: `phone:+15551234567`, `email:ada@example.com`, `id:u-17`, or without a kind, which is then
 * told by its form. See `canonicalSubject` of packages/audit-log.
 */
export const SubjectIdentifier = z.string().min(1).max(300).regex(/\S/);

/** Longest time for which a process may keep what the vault lent of persons, in milliseconds: erasure is complete after it. */
export const maxSubjectKeyLifeMs = 60_000;

/** Most erased persons of a tenant; about what one message can tell of. */
export const maxErasedSubjects = 50_000;

/** Base64 of something sealed to the asking process. */
const Sealed = z.string().min(1).max(1_048_576);

/** `svc.vault.v1.subjects.<caller>.tokens`: what a process makes tokens with. Good for `maxSubjectKeyLifeMs`. */
export const LendTokenKeyRequest = z.strictObject({ tenant: TenantId, public_key: XKey });
export type LendTokenKeyRequest = z.infer<typeof LendTokenKeyRequest>;
export const LendTokenKeyResult = z.object({ sealed: Sealed, public_key: z.string() });
export type LendTokenKeyResult = z.infer<typeof LendTokenKeyResult>;

/** Characters behind `tok_` by which a lent list tells erased tokens. */
export const erasedTokenChars = 12;

/** What is inside, as JSON. */
export const LentTokenKey = z.object({
  tenant: TenantId,
  /** The tenant's subject key, 32 bytes, base64. */
  token_key: z.base64().length(44),
  /** What digests of arguments are made with, 32 bytes, base64. Another after each erasure. Vaults of before it lend none. */
  digest_key: z.base64().length(44).optional(),
  /** The first `erasedTokenChars` of each token that was erased, one behind the other. */
  erased: z.string().max(maxErasedSubjects * erasedTokenChars),
});
export type LentTokenKey = z.infer<typeof LentTokenKey>;

/**
 * `svc.vault.v1.subjects.<caller>.key`: a person's data key. Made when there is none, but for the audit service, which reads
 * only. `not_found` when there is none, or it was destroyed.
 */
export const LendSubjectKeyRequest = z.strictObject({ tenant: TenantId, subject: SubjectToken, public_key: XKey });
export type LendSubjectKeyRequest = z.infer<typeof LendSubjectKeyRequest>;
export const LendSubjectKeyResult = z.object({ sealed: Sealed, public_key: z.string() });
export type LendSubjectKeyResult = z.infer<typeof LendSubjectKeyResult>;

/** What is inside, as JSON. Bound to its person, so that it cannot be presented for another's. */
export const LentSubjectKey = z.object({
  tenant: TenantId,
  subject: SubjectToken,
  key: z.string().max(64),
  /** 32 bytes, base64. */
  data_key: z.base64().length(44),
});
export type LentSubjectKey = z.infer<typeof LentSubjectKey>;

/** `svc.vault.v1.subjects.find`: by which tokens a person goes. */
export const FindSubjectRequest = z.strictObject({ tenant: TenantId, subject: SubjectIdentifier });
export type FindSubjectRequest = z.infer<typeof FindSubjectRequest>;
export const FindSubjectResult = z.object({
  /** The identifier in the form in which it is counted. */
  canonical: z.string(),
  /** In events from now on. */
  token: SubjectToken,
  /** In events of before an erasure, the oldest first. */
  erased: z.array(SubjectToken),
  /** Whether there is a data key, so that personal values may be readable. */
  has_key: z.boolean(),
});
export type FindSubjectResult = z.infer<typeof FindSubjectResult>;

/** `svc.vault.v1.subjects.destroy`: destroys a person's data key for good, and their token is not made again. */
export const DestroySubjectRequest = z.strictObject({ tenant: TenantId, subject: SubjectToken });
export type DestroySubjectRequest = z.infer<typeof DestroySubjectRequest>;
export const DestroySubjectResult = z.object({
  /** Data keys that were destroyed: 0 when nothing was kept. */
  keys_destroyed: z.int().nonnegative(),
});
export type DestroySubjectResult = z.infer<typeof DestroySubjectResult>;

/** `svc.vault.v1.subjects.erased`: broadcast; whoever holds keys of the tenant's persons forgets them at once. */
export const SubjectErased = z.object({ tenant: TenantId });
export type SubjectErased = z.infer<typeof SubjectErased>;

/** `svc.audit.v1.reveal`: the personal values that an event keeps, while the person's key lives. Audited. */
export const RevealEventRequest = z.strictObject({ tenant: TenantId, event_id: idSchema('auditEvent') });
export type RevealEventRequest = z.infer<typeof RevealEventRequest>;
export const RevealEventResult = z.object({
  event_id: idSchema('auditEvent'),
  subject: SubjectToken,
  /** As they were sealed, such as `{ end_user, arguments }`. */
  personal: z.record(z.string(), z.unknown()),
});
export type RevealEventResult = z.infer<typeof RevealEventResult>;

/** Executions that are looked for at once; more are asked for in parts. */
export const maxHeldExecutions = 2_000;

/** Whom a service looks for in what it keeps: by what calls said of their person, and by executions that audit names. */
const HeldOf = z.strictObject({
  tenant: TenantId,
  /** As `canonicalSubject` gives it. */
  subject: SubjectIdentifier,
  executions: z.array(idSchema('execution')).max(maxHeldExecutions),
});

/** Something that is kept of a person outside of the audit log. */
export const HeldRecord = z.object({
  /** A bucket, or a stream in small letters: `executions`, `results`, `dead_letters`, `approvals`, `submissions`, `webhooks`, … */
  where: z.string(),
  id: z.string(),
  /** What there is; null when the answer had no room for it. */
  record: z.unknown(),
});
export type HeldRecord = z.infer<typeof HeldRecord>;

/** `svc.executor.v1.subjects.list` */
export const ListHeldRequest = HeldOf;
export type ListHeldRequest = z.infer<typeof ListHeldRequest>;
export const ListHeldResult = z.object({ held: z.array(HeldRecord) });
export type ListHeldResult = z.infer<typeof ListHeldResult>;

/** `svc.executor.v1.subjects.erase`: takes what is personal out of it. May be repeated. */
export const EraseHeldRequest = HeldOf;
export type EraseHeldRequest = z.infer<typeof EraseHeldRequest>;
export const EraseHeldResult = z.object({
  erased: z.array(z.object({ where: z.string(), records: z.int().nonnegative() })),
});
export type EraseHeldResult = z.infer<typeof EraseHeldResult>;

/** Whom the delivery of webhooks looks for, in what vendors sent: part by part, each from behind an event's number on. */
const HeldWebhooksOf = z.strictObject({
  tenant: TenantId,
  /** As `canonicalSubject` gives it. */
  subject: SubjectIdentifier,
  after: z.int().nonnegative().default(0),
});
/** Where the next part begins; null at the end. */
const NextPart = z.int().nonnegative().nullable();

/** `svc.webhook-delivery.v1.subjects.list` */
export const ListHeldWebhooksRequest = HeldWebhooksOf;
export type ListHeldWebhooksRequest = z.infer<typeof ListHeldWebhooksRequest>;
export const ListHeldWebhooksResult = ListHeldResult.extend({ next: NextPart });
export type ListHeldWebhooksResult = z.infer<typeof ListHeldWebhooksResult>;

/** `svc.webhook-delivery.v1.subjects.erase`: takes them away. May be repeated. */
export const EraseHeldWebhooksRequest = HeldWebhooksOf;
export type EraseHeldWebhooksRequest = z.infer<typeof EraseHeldWebhooksRequest>;
export const EraseHeldWebhooksResult = EraseHeldResult.extend({ next: NextPart });
export type EraseHeldWebhooksResult = z.infer<typeof EraseHeldWebhooksResult>;

/** `svc.audit.v1.subjects.export`: all that is held on a person, a page of events at a time. Audited. */
export const ExportSubjectRequest = z.strictObject({
  tenant: TenantId,
  subject: SubjectIdentifier,
  /** `next_cursor` of the page before. */
  cursor: z.string().max(200).optional(),
  limit: z.int().min(1).max(500).default(200),
});
export type ExportSubjectRequest = z.infer<typeof ExportSubjectRequest>;
export const ExportSubjectResult = z.object({
  subject: z.string(),
  token: SubjectToken,
  /** Newest first. `personal` is what was kept, in clear; null where nothing was, or its key is gone. */
  events: z.array(z.object({ event: AuditEvent, personal: z.record(z.string(), z.unknown()).nullable() })),
  /** Answers, submissions and approvals; with the first page alone. */
  held: z.array(HeldRecord),
  next_cursor: z.string().nullable(),
});
export type ExportSubjectResult = z.infer<typeof ExportSubjectResult>;

/** `svc.audit.v1.subjects.erase`. May be repeated: what was erased before stays so, and later traces go. */
export const EraseSubjectRequest = z.strictObject({
  tenant: TenantId,
  subject: SubjectIdentifier,
  /** Why, for the record: a ticket, say. Names nobody. */
  reason: z.string().max(200).optional(),
});
export type EraseSubjectRequest = z.infer<typeof EraseSubjectRequest>;

/** What became of one kind of thing. */
export const ErasureItem = z.object({
  where: z.string(),
  what: z.string(),
  /** How many there were, where that is known. */
  found: z.int().nonnegative().nullable(),
  erased: z.int().nonnegative(),
  /** Why something is left, and until when; null: nothing is. */
  remains: z.string().nullable(),
});
export type ErasureItem = z.infer<typeof ErasureItem>;

/** What an erasure did. Names the person by tokens, which nobody can make again. */
export const ErasureReceipt = z.object({
  format: z.literal('patchbay-erasure-receipt-1'),
  tenant: TenantId,
  /** Of this erasure and of earlier ones of the same person. */
  tokens: z.array(SubjectToken),
  erased_at: z.iso.datetime(),
  reason: z.string().nullable(),
  keys_destroyed: z.int().nonnegative(),
  items: z.array(ErasureItem),
});
export type ErasureReceipt = z.infer<typeof ErasureReceipt>;
export const EraseSubjectResult = z.object({
  receipt: ErasureReceipt,
  /** The receipt as a C2SP signed note, by the key of the log's checkpoints: its second line is the receipt as canonical JSON. */
  note: z.string(),
});
export type EraseSubjectResult = z.infer<typeof EraseSubjectResult>;
