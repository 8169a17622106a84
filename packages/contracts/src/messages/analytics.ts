import { z } from 'zod';
import { TenantId } from '../ids.ts';

/** Longest window of one question, in milliseconds: 92 days. */
export const maxAnalyticsWindowMs = 92 * 86_400_000;
/** Most buckets of time in one answer. */
export const maxAnalyticsBuckets = 1_000;

export const AnalyticsGroup = z.enum(['tool', 'tenant', 'session', 'error', 'time']);
export type AnalyticsGroup = z.infer<typeof AnalyticsGroup>;
/** `slowest`: by the 95th percentile. Groups of time are in the order of time, whatever is asked. */
export const AnalyticsSort = z.enum(['calls', 'failed', 'refused', 'slowest', 'tokens', 'cost']);
export type AnalyticsSort = z.infer<typeof AnalyticsSort>;

/** `svc.audit.v1.analytics`: executions that ended in a window, added up. Times are RFC 3339. */
export const AnalyticsRequest = z.strictObject({
  /** Null: of all tenants. */
  tenant: TenantId.nullable().default(null),
  group_by: AnalyticsGroup.default('tool'),
  /** Default: a day before `to`. At most 92 days before it. */
  from: z.iso.datetime({ offset: true }).optional(),
  /** Exclusive. Default: now. */
  to: z.iso.datetime({ offset: true }).optional(),
  /** Width of a group of `time`, in milliseconds; at most 1,000 of them. Default: the window in 60 parts. */
  bucket_ms: z.int().min(1_000).max(2_678_400_000).optional(),
  tool: z.string().max(64).optional(),
  session: z.string().max(128).optional(),
  sort: AnalyticsSort.default('calls'),
  limit: z.int().min(1).max(1_000).default(50),
});
export type AnalyticsRequest = z.infer<typeof AnalyticsRequest>;

/** What executions came to. Durations are of whole executions in milliseconds, without answers from the ledger. */
export const Usage = z.object({
  calls: z.int().nonnegative(),
  succeeded: z.int().nonnegative(),
  failed: z.int().nonnegative(),
  refused: z.int().nonnegative(),
  cancelled: z.int().nonnegative(),
  outcome_unknown: z.int().nonnegative(),
  /** Of them answered from the ledger. */
  replayed: z.int().nonnegative(),
  mean_ms: z.number().nullable(),
  p50_ms: z.number().nullable(),
  p95_ms: z.number().nullable(),
  p99_ms: z.number().nullable(),
  max_ms: z.number().nullable(),
  /** Estimate of what models read of the outputs. */
  tokens: z.number().nonnegative(),
  /** Estimate in `currency`; null while no price is configured. */
  cost: z.number().nullable(),
});
export type Usage = z.infer<typeof Usage>;

export const AnalyticsResult = z.object({
  from: z.iso.datetime(),
  to: z.iso.datetime(),
  /** Null unless grouped by time. */
  bucket_ms: z.int().nullable(),
  currency: z.string().nullable(),
  totals: Usage,
  /** `key` is the tool, tenant, session, error code, or the time at which the bucket begins. */
  groups: z.array(Usage.extend({ key: z.string() })),
  /** The limit left groups out. */
  more: z.boolean(),
});
export type AnalyticsResult = z.infer<typeof AnalyticsResult>;
