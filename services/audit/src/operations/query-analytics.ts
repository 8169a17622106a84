import type { AnalyticsGroup, AnalyticsRequest, AnalyticsResult, AnalyticsSort, Usage } from '@patchbay/contracts';
import { allBuckets, noUsage, type UsageFilter, usageWindow } from '../domain/usage-window.ts';

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
}

/**
 * Adds up what ended in a window. Unlike a look at the log it is not itself recorded: it shows sums, and a page that watches
 * asks every few seconds.
 * @throws PatchbayError `invalid_request` naming the field, `audit_unavailable`.
 */
export function createQueryAnalytics({ now, addUp, addUpBy, prices }: QueryAnalyticsPorts) {
  return async (request: AnalyticsRequest): Promise<AnalyticsResult> => {
    const { bucketMs, ...filter } = usageWindow(request, now());
    const order = { sort: request.sort, limit: request.limit };
    const [totals, { groups, more }] = await Promise.all([
      addUp(filter),
      addUpBy(filter, { by: request.group_by, bucketMs }, order),
    ]);
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
