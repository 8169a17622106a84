import { type AnalyticsGroup, type AnalyticsSort, maxAnalyticsBuckets, type Usage } from '@patchbay/contracts';
import { type RawBuilder, sql } from 'kysely';
import type { UsageFilter } from '../domain/usage-window.ts';
import type { Prices, QueryAnalyticsPorts } from '../operations/query-analytics.ts';
import { type AuditDatabase, storeUnavailable } from './audit-database.ts';

interface UsageRow {
  readonly key: string | null;
  readonly calls: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly refused: number;
  readonly cancelled: number;
  readonly outcome_unknown: number;
  readonly replayed: number;
  readonly mean_ms: number | null;
  readonly max_ms: number | null;
  readonly p50_ms: number | null;
  readonly p95_ms: number | null;
  readonly p99_ms: number | null;
  readonly tokens: number;
  readonly cost: number | null;
}

/** Adds up outcomes of executions in `audit_events`, in one statement each. */
export function createPostgresUsage(
  database: AuditDatabase,
  prices: Prices | null,
): Pick<QueryAnalyticsPorts, 'addUp' | 'addUpBy'> {
  const read = async (statement: RawBuilder<UsageRow>): Promise<readonly UsageRow[]> => {
    try {
      return (await database.use((db) => statement.execute(db))).rows;
    } catch (error) {
      throw storeUnavailable(error);
    }
  };
  return {
    async addUp(filter) {
      const [row] = await read(usageQuery(filter, sql`null::text`, sql`true`, sql`calls desc`, 1, prices));
      return usageOf(row as UsageRow);
    },
    async addUpBy(filter, { by, bucketMs }, { sort, limit }) {
      const { key, has } = keyOf(by, bucketMs);
      // Buckets are bounded by their window, and all of them make the picture.
      const most = by === 'time' ? maxAnalyticsBuckets : limit;
      const rows = await read(usageQuery(filter, key, has, orderOf(by, sort), most + 1, prices, true));
      return {
        groups: rows.slice(0, most).map((row) => ({ ...usageOf(row), key: row.key as string })),
        more: rows.length > most,
      };
    },
  };
}

function usageQuery(
  { tenant, fromMs, toMs, tool, session }: UsageFilter,
  key: RawBuilder<unknown>,
  has: RawBuilder<unknown>,
  order: RawBuilder<unknown>,
  limit: number,
  prices: Prices | null,
  grouped = false,
): RawBuilder<UsageRow> {
  const perCall = JSON.stringify(
    Object.entries(prices?.perCall ?? {}).flatMap(([name, price]) => (name === '*' ? [] : [{ name, price }])),
  );
  const other = prices?.perCall['*'] ?? 0;
  const perToken = (prices?.perMillionTokens ?? 0) / 1_000_000;
  // What was refused, or answered from the ledger, was not sent.
  const cost =
    prices === null
      ? sql`null::double precision`
      : sql`coalesce(sum(coalesce(price, ${other}::double precision))
            filter (where status <> 'refused' and replayed is not true), 0) + coalesce(sum(tokens), 0) * ${perToken}::double precision`;
  return sql<UsageRow>`
    with usage as (
      select
        ${key} as key,
        count(*)::double precision as calls,
        count(*) filter (where status = 'succeeded')::double precision as succeeded,
        count(*) filter (where status = 'failed')::double precision as failed,
        count(*) filter (where status = 'refused')::double precision as refused,
        count(*) filter (where status = 'cancelled')::double precision as cancelled,
        count(*) filter (where status = 'outcome_unknown')::double precision as outcome_unknown,
        count(*) filter (where replayed)::double precision as replayed,
        avg(duration_ms) filter (where replayed is not true) as mean_ms,
        max(duration_ms) filter (where replayed is not true) as max_ms,
        percentile_cont(array[0.5, 0.95, 0.99]) within group (order by duration_ms) filter (where replayed is not true) as quantiles,
        coalesce(sum(tokens), 0)::double precision as tokens,
        ${cost} as cost
      from audit_events
      ${prices === null ? sql`` : sql`left join json_to_recordset(${perCall}::text::json) as p(name text, price double precision) on p.name = tool`}
      where class = 'execution' and status <> 'intent' and purged_at is null and ${has}
        and time >= ${timeOf(fromMs)}::timestamptz and time < ${timeOf(toMs)}::timestamptz
        ${tenant === null ? sql`` : sql`and tenant = ${tenant}`}
        ${tool === undefined ? sql`` : sql`and tool = ${tool}`}
        ${session === undefined ? sql`` : sql`and session = ${session}`}
      ${grouped ? sql`group by 1` : sql``}
    )
    select key, calls, succeeded, failed, refused, cancelled, outcome_unknown, replayed, mean_ms, max_ms,
      quantiles[1] as p50_ms, quantiles[2] as p95_ms, quantiles[3] as p99_ms, tokens, cost
    from usage
    order by ${order}, key
    limit ${limit}`;
}

/** What rows are put together by, and which have it. */
function keyOf(by: AnalyticsGroup, bucketMs: number | null): { key: RawBuilder<unknown>; has: RawBuilder<unknown> } {
  switch (by) {
    case 'tool':
      return { key: sql`tool`, has: sql`tool is not null` };
    case 'tenant':
      return { key: sql`tenant`, has: sql`true` };
    case 'session':
      return { key: sql`session`, has: sql`session is not null` };
    case 'error':
      return { key: sql`error_code`, has: sql`error_code is not null` };
    case 'time': {
      const width = sql`${bucketMs}::bigint`;
      return {
        key: sql`((extract(epoch from time) * 1000)::bigint / ${width} * ${width})::text`,
        has: sql`true`,
      };
    }
  }
}

function orderOf(by: AnalyticsGroup, sort: AnalyticsSort): RawBuilder<unknown> {
  if (by === 'time') return sql`key`;
  switch (sort) {
    case 'calls':
      return sql`calls desc`;
    case 'failed':
      return sql`failed + outcome_unknown desc, calls desc`;
    case 'refused':
      return sql`refused desc, calls desc`;
    case 'slowest':
      return sql`quantiles[2] desc nulls last`;
    case 'tokens':
      return sql`tokens desc, calls desc`;
    case 'cost':
      return sql`cost desc nulls last, calls desc`;
  }
}

/** Microseconds are as much as clocks tell. */
const rounded = (value: number | null) => (value === null ? null : Math.round(Number(value) * 1_000) / 1_000);

function usageOf(row: UsageRow): Usage {
  return {
    calls: Number(row.calls),
    succeeded: Number(row.succeeded),
    failed: Number(row.failed),
    refused: Number(row.refused),
    cancelled: Number(row.cancelled),
    outcome_unknown: Number(row.outcome_unknown),
    replayed: Number(row.replayed),
    mean_ms: rounded(row.mean_ms),
    p50_ms: rounded(row.p50_ms),
    p95_ms: rounded(row.p95_ms),
    p99_ms: rounded(row.p99_ms),
    max_ms: rounded(row.max_ms),
    tokens: Number(row.tokens),
    cost: row.cost === null ? null : Math.round(Number(row.cost) * 1_000_000) / 1_000_000,
  };
}

/** A time as both drivers take it. */
const timeOf = (ms: number) => new Date(ms).toISOString();
