import {
  type AnalyticsRequest,
  maxAnalyticsBuckets,
  maxAnalyticsWindowMs,
  PatchbayError,
  type Usage,
} from '@patchbay/contracts';

/** What to add up, checked. */
export interface UsageFilter {
  /** Null: of all. */
  readonly tenant: string | null;
  /** Unix milliseconds, inclusive. */
  readonly fromMs: number;
  /** Unix milliseconds, exclusive. */
  readonly toMs: number;
  readonly tool?: string;
  readonly session?: string;
}

export interface UsageWindow extends UsageFilter {
  /** Null unless grouped by time. */
  readonly bucketMs: number | null;
}

const dayMs = 86_400_000;
/** Widths that a person reads, in milliseconds; the first that makes at most 60 buckets is taken. */
const niceWidthsMs = [1_000, 2_000, 5_000, 10_000, 30_000, 60_000, 300_000, 600_000, 1_800_000, 3_600_000, 10_800_000];
const niceBuckets = 60;

/** @throws PatchbayError `invalid_request` naming the field that cannot be used. */
export function usageWindow(request: AnalyticsRequest, nowMs: number): UsageWindow {
  const toMs = request.to === undefined ? nowMs : Date.parse(request.to);
  const fromMs = request.from === undefined ? toMs - dayMs : Date.parse(request.from);
  if (fromMs < 0) throw wrong('from', 'is before 1970');
  if (fromMs >= toMs) throw wrong('from', "is not before 'to'");
  if (toMs - fromMs > maxAnalyticsWindowMs) throw wrong('from', "is more than 92 days before 'to'");
  for (const path of ['tool', 'session'] as const)
    if (request[path]?.includes('\0')) throw wrong(path, 'holds the character U+0000');
  const timed = request.group_by === 'time';
  const bucketMs = timed ? (request.bucket_ms ?? niceWidth(toMs - fromMs)) : null;
  if (bucketMs !== null && bucketCount(fromMs, toMs, bucketMs) > maxAnalyticsBuckets)
    throw wrong('bucket_ms', `makes more than ${maxAnalyticsBuckets} buckets of this window`);
  return {
    tenant: request.tenant,
    fromMs,
    toMs,
    bucketMs,
    ...(request.tool !== undefined && { tool: request.tool.toWellFormed() }),
    ...(request.session !== undefined && { session: request.session.toWellFormed() }),
  };
}

export const noUsage: Omit<Usage, 'cost'> = {
  calls: 0,
  succeeded: 0,
  failed: 0,
  refused: 0,
  cancelled: 0,
  outcome_unknown: 0,
  replayed: 0,
  mean_ms: null,
  p50_ms: null,
  p95_ms: null,
  p99_ms: null,
  max_ms: null,
  tokens: 0,
};

/** Every bucket of the window in the order of time, those in which nothing ended too. Keys are Unix milliseconds. */
export function allBuckets<Row extends { readonly key: string }>(
  { fromMs, toMs, bucketMs }: { readonly fromMs: number; readonly toMs: number; readonly bucketMs: number },
  found: readonly Row[],
  empty: Omit<Row, 'key'>,
): Row[] {
  const known = new Map(found.map((row) => [Number(row.key), row]));
  const first = Math.floor(fromMs / bucketMs);
  return Array.from({ length: bucketCount(fromMs, toMs, bucketMs) }, (_, index) => {
    const at = (first + index) * bucketMs;
    const key = new Date(at).toISOString();
    return { ...(known.get(at) ?? empty), key } as Row;
  });
}

function bucketCount(fromMs: number, toMs: number, bucketMs: number): number {
  return Math.floor((toMs - 1) / bucketMs) - Math.floor(fromMs / bucketMs) + 1;
}

function niceWidth(windowMs: number): number {
  const days = Math.ceil(windowMs / niceBuckets / dayMs) * dayMs;
  return (
    niceWidthsMs.find((width) => windowMs / width <= niceBuckets) ?? (windowMs / 21_600_000 <= 60 ? 21_600_000 : days)
  );
}

function wrong(path: string, message: string): PatchbayError {
  return new PatchbayError('invalid_request', {
    message: `${path}: ${message}.`,
    details: { issues: [{ path, message }] },
  });
}
