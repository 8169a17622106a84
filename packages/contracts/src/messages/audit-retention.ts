import { z } from 'zod';
import { idSchema, TenantId, TenantToken } from '../ids.ts';
import { AuditClass } from './audit.ts';

/** Days for which the log of a HIPAA tenant is kept at least: six years, two of them leap years (45 CFR 164.316(b)(2)(i)). */
export const hipaaFloorDays = 2_192;

/** What binds a tenant by law. `hipaa`: nothing of its log goes before `hipaaFloorDays`, whatever a rule says. */
export const Regime = z.enum(['hipaa']);
export type Regime = z.infer<typeof Regime>;

/** After how many days the body of an event goes. Null: never. */
export const RetentionDays = z.int().min(1).max(36_500).nullable();

/** One rule. `tenant` null: of every tenant that has none of its own. `class` null: of every class without one. */
export const RetentionRule = z.object({
  tenant: TenantToken.nullable(),
  class: AuditClass.nullable(),
  days: RetentionDays,
  changed_at: z.iso.datetime(),
});
export type RetentionRule = z.infer<typeof RetentionRule>;

/** What holds for one class of one tenant, and by which rule. */
export const EffectiveRetention = z.object({
  class: AuditClass,
  days: RetentionDays,
  /** `floor`: a rule says less than the tenant's regime allows. `none`: there is no rule, and nothing goes. */
  by: z.enum(['tenant_class', 'tenant', 'class', 'default', 'floor', 'none']),
});
export type EffectiveRetention = z.infer<typeof EffectiveRetention>;

/** `svc.audit.v1.retention.list`: the rules of a tenant and those that it falls back on. `tenant` null: these alone. */
export const ListRetention = z.strictObject({ tenant: TenantToken.nullable() });
export type ListRetention = z.infer<typeof ListRetention>;
export const ListRetentionResult = z.object({
  rules: z.array(RetentionRule),
  regime: Regime.nullable(),
  /** Of a tenant: what holds for each class. Empty when none was asked about. */
  effective: z.array(EffectiveRetention),
});
export type ListRetentionResult = z.infer<typeof ListRetentionResult>;

/** `svc.audit.v1.retention.set`: a rule in the place of the one before. Below the floor of the tenant's regime it is refused. */
export const SetRetention = z.strictObject({
  tenant: TenantToken.nullable(),
  class: AuditClass.nullable().default(null),
  days: RetentionDays,
});
export type SetRetention = z.infer<typeof SetRetention>;
export const SetRetentionResult = z.object({ rule: RetentionRule, replaced: RetentionRule.nullable() });
export type SetRetentionResult = z.infer<typeof SetRetentionResult>;

/** `svc.audit.v1.retention.remove`: what it fell back on holds again. `not_found` when there is no such rule. */
export const RemoveRetention = z.strictObject({
  tenant: TenantToken.nullable(),
  class: AuditClass.nullable().default(null),
});
export type RemoveRetention = z.infer<typeof RemoveRetention>;
export const RemoveRetentionResult = z.object({ removed: RetentionRule });
export type RemoveRetentionResult = z.infer<typeof RemoveRetentionResult>;

/** `svc.audit.v1.retention.regime`: binds a tenant to a regime, or to none. Refused while a rule of its own says less. */
export const SetRegime = z.strictObject({ tenant: TenantId, regime: Regime.nullable() });
export type SetRegime = z.infer<typeof SetRegime>;
export const SetRegimeResult = z.object({ tenant: TenantId, regime: Regime.nullable(), before: Regime.nullable() });
export type SetRegimeResult = z.infer<typeof SetRegimeResult>;

/**
 * `svc.audit.v1.retention.purge`: takes away now what is past its time, as the service does by itself every hour. One answer covers
 * so many events at most; `more` says that there are further ones.
 */
export const PurgeExpired = z.strictObject({
  tenant: TenantToken,
  /** Counts what would go and takes nothing. */
  dry_run: z.boolean().default(false),
});
export type PurgeExpired = z.infer<typeof PurgeExpired>;
export const PurgeExpiredResult = z.object({
  /** Events whose bodies went, or would go, by class. */
  purged: z.partialRecord(AuditClass, z.int().nonnegative()),
  /** Events past their time that a legal hold keeps. */
  held: z.int().nonnegative(),
  more: z.boolean(),
});
export type PurgeExpiredResult = z.infer<typeof PurgeExpiredResult>;

/** A hold: while it is on, nothing that it covers is purged. What it leaves out does not narrow it. */
export const LegalHold = z.object({
  id: idSchema('hold'),
  tenant: TenantToken,
  class: AuditClass.nullable(),
  /** An end user's token, an actor's id, a session, or what the event is about. */
  subject: z.string().nullable(),
  /** Times of events, the first included and the last not. */
  from: z.iso.datetime().nullable(),
  to: z.iso.datetime().nullable(),
  reason: z.string(),
  placed_at: z.iso.datetime(),
  released_at: z.iso.datetime().nullable(),
  release_reason: z.string().nullable(),
});
export type LegalHold = z.infer<typeof LegalHold>;

const Reason = z
  .string()
  .min(1)
  .max(500)
  .refine((text) => !text.includes('\0'), { error: 'holds the character U+0000' });
const Time = z.iso.datetime({ offset: true });

/** `svc.audit.v1.holds.place`: when it is answered, no purge touches what it covers any more. */
export const PlaceHold = z.strictObject({
  tenant: TenantToken,
  class: AuditClass.optional(),
  subject: Reason.max(256).optional(),
  from: Time.optional(),
  to: Time.optional(),
  reason: Reason,
});
export type PlaceHold = z.infer<typeof PlaceHold>;
export const PlaceHoldResult = z.object({ hold: LegalHold });
export type PlaceHoldResult = z.infer<typeof PlaceHoldResult>;

/** `svc.audit.v1.holds.list`: newest first, at most 1,000. */
export const ListHolds = z.strictObject({ tenant: TenantToken, released: z.boolean().default(false) });
export type ListHolds = z.infer<typeof ListHolds>;
export const ListHoldsResult = z.object({ holds: z.array(LegalHold) });
export type ListHoldsResult = z.infer<typeof ListHoldsResult>;

/** `svc.audit.v1.holds.release`: what is past its time goes with the next purge. Released again, nothing changes. */
export const ReleaseHold = z.strictObject({ tenant: TenantToken, hold: idSchema('hold'), reason: Reason });
export type ReleaseHold = z.infer<typeof ReleaseHold>;
export const ReleaseHoldResult = z.object({ hold: LegalHold });
export type ReleaseHoldResult = z.infer<typeof ReleaseHoldResult>;
