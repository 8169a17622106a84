import {
  type AnalyticsGroup,
  type AnalyticsRequest,
  type AnalyticsResult,
  type AnalyticsSort,
  everyTenant,
  type Usage,
} from '@patchbay/contracts';
import { allBuckets, noUsage, type UsageFilter, usageWindow } from '../domain/usage-window.ts';
import type { RecordAudit } from './query-audit.ts';

/** What executions are reckoned to cost; estimates. */
export interface Prices {
  /** ISO 4217, such as `EUR`. */
  readonly currency: string;
  /** Of a million tokens that a model reads. */
  readonly perMillionTokens: number;
  /** Of a call that was sent upstream, by tool; `*` for every other. */
  readonly perCall: Readonly<Record<string, number>>;
}

export interface UsageGroups {
  readonly groups: readonly (Usage & { readonly key: string })[];
  readonly more: boolean;
}

export interface QueryAnalyticsPorts {
  /** Unix milliseconds. */
  readonly now: () => number;
  /** @throws PatchbayError `audit_unavailable` when the store is away. */
  readonly addUp: (filter: UsageFilter) => Promise<Usage>;
  /** Keys of time are Unix milliseconds. @throws PatchbayError `audit_unavailable`. */
  readonly addUpBy: (
    filter: UsageFilter,
    group: { readonly by: AnalyticsGroup; readonly bucketMs: number | null },
    order: { readonly sort: AnalyticsSort; readonly limit: number },
  ) => Promise<UsageGroups>;
  /** Null: nothing is configured. */
  readonly prices: Pick<Prices, 'currency'> | null;
  readonly record: RecordAudit;
}

/** Milliseconds in which one look at a tenant's usage is recorded for all: a page that watches asks every few seconds. */
const recordedMs = 600_000;

/**
 * Adds up what ended in a window. It is recorded as a look at the log, but counted: the first in ten minutes, with how many there were
 * before it that were not.
 * @throws PatchbayError `invalid_request` naming the field, `audit_unavailable`.
 */
export function createQueryAnalytics({ now, addUp, addUpBy, prices, record }: QueryAnalyticsPorts) {
  const looks = new Map<string, { recordedAt: number; since: number }>();

  async function recordLook(tenant: string): Promise<void> {
    const look = looks.get(tenant);
    if (look !== undefined && now() - look.recordedAt < recordedMs) {
      look.since++;
      return;
    }
    await record({
      tenant,
      class: 'query',
      type: 'dev.patchbay.audit.analytics_read',
      data: {
        actor: { kind: 'admin', id: 'admin' },
        target: { kind: 'usage', id: tenant },
        outcome: 'succeeded',
        facts: { before: look?.since ?? 0 },
      },
    });
    looks.set(tenant, { recordedAt: now(), since: 0 });
  }

  return async (request: AnalyticsRequest): Promise<AnalyticsResult> => {
    const { bucketMs, ...filter } = usageWindow(request, now());
    const order = { sort: request.sort, limit: request.limit };
    const [totals, { groups, more }] = await Promise.all([
      addUp(filter),
      addUpBy(filter, { by: request.group_by, bucketMs }, order),
    ]);
    await recordLook(request.tenant ?? everyTenant);
    const empty = { ...noUsage, cost: prices === null ? null : 0 };
    return {
      from: new Date(filter.fromMs).toISOString(),
      to: new Date(filter.toMs).toISOString(),
      bucket_ms: bucketMs,
      currency: prices?.currency ?? null,
      totals,
      groups: bucketMs === null ? [...groups] : allBuckets({ ...filter, bucketMs }, groups, empty),
      more,
    };
  };
}
