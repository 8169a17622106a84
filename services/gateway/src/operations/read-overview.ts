import {
  type AnalyticsResult,
  broadcasts,
  CircuitView,
  routes as contracts,
  type ExecutorCircuits,
  type ExecutorStats,
  Usage,
} from '@patchbay/contracts';
import type { Messaging } from '@patchbay/messaging';
import { z } from 'zod';

/** Milliseconds that an overview looks back, and the width of its points. */
const windowMs = 300_000;
const bucketMs = 5_000;
/** Milliseconds of the newest whole points that "a second" is worked out over. */
const rateMs = 30_000;
/** Milliseconds for which one answer serves everybody who asks for the same. */
const freshMs = 1_000;
const listed = 10;

export const Overview = z.object({
  /** When it was taken. RFC 3339. */
  at: z.iso.datetime(),
  window_ms: z.int(),
  /** Calls that ended, a second, over the last 30 s of whole points. */
  per_second: z.number().nonnegative(),
  /** Of the window. */
  totals: Usage,
  /** `at` is where the point begins; the newest may be still filling. */
  points: z.array(
    Usage.pick({ calls: true, failed: true, refused: true, p50_ms: true, p95_ms: true, p99_ms: true }).extend({
      at: z.string(),
    }),
  ),
  point_ms: z.int(),
  /** Most frequent first. */
  errors: z.array(z.object({ code: z.string(), calls: z.int() })),
  /** Most called first. */
  tools: z.array(
    Usage.pick({ calls: true, failed: true, refused: true, p50_ms: true, p95_ms: true, p99_ms: true }).extend({
      tool: z.string(),
    }),
  ),
  /** Circuits that hold calls back, as one executor sees each; null when no executor answered. */
  circuits: z
    .array(
      CircuitView.pick({ host: true, tenant: true, watches: true, state: true, retry_after_ms: true }).extend({
        executor: z.string(),
      }),
    )
    .nullable(),
  /** Executors that answered in time. Null for a tenant. */
  executors: z
    .array(
      z.object({
        instance: z.string(),
        uptime_ms: z.number(),
        in_flight: z.int(),
        executions: z.int(),
        replays: z.int(),
      }),
    )
    .nullable(),
});
export type Overview = z.infer<typeof Overview>;

export interface OverviewPorts {
  readonly ask: Messaging['request'];
  readonly askEvery: Messaging['askEvery'];
}

/**
 * How calls go at present, of a tenant or (null) of all. A tenant is told of its own calls alone, and of circuits that hold its
 * calls back: everyone's and its own.
 * @throws PatchbayError `audit_unavailable`.
 */
export function readOverview({ ask, askEvery }: OverviewPorts, now: () => number = Date.now) {
  const taken = new Map<string | null, { readonly at: number; readonly overview: Promise<Overview> }>();

  return (tenant: string | null, traceparent: string): Promise<Overview> => {
    const at = now();
    for (const [of, one] of taken) if (at - one.at >= freshMs) taken.delete(of);
    const fresh = taken.get(tenant);
    if (fresh !== undefined) return fresh.overview;
    const overview = take(tenant, at, traceparent);
    taken.set(tenant, { at, overview });
    // A failure is of this moment: the next one asks anew.
    overview.catch(() => taken.delete(tenant));
    return overview;
  };

  async function take(tenant: string | null, at: number, traceparent: string): Promise<Overview> {
    const window = { tenant, from: new Date(at - windowMs).toISOString(), to: new Date(at).toISOString() };
    const usage = (more: { group_by: 'time' | 'error' | 'tool'; bucket_ms?: number; limit?: number }) =>
      ask(contracts.queryAnalytics, {}, { ...window, ...more }, { traceparent });
    const [time, error, tool, circuits, executors] = await Promise.all([
      usage({ group_by: 'time', bucket_ms: bucketMs }),
      usage({ group_by: 'error', limit: listed }),
      usage({ group_by: 'tool', limit: listed }),
      // Without an executor there is still a past to show.
      ask(contracts.listCircuits, {}, {}, { traceparent }).then(
        ({ executors }) => circuitsOf(executors, tenant),
        () => null,
      ),
      tenant === null ? askEvery(broadcasts.executorStats, {}).then(executorsOf) : null,
    ]);
    return {
      at: new Date(at).toISOString(),
      window_ms: windowMs,
      per_second: rateOf(time.groups, at),
      totals: time.totals,
      points: time.groups.map(({ key, ...one }) => ({ at: key, ...shortOf(one) })),
      point_ms: bucketMs,
      errors: error.groups.map(({ key, calls }) => ({ code: key, calls })),
      tools: tool.groups.map(({ key, ...one }) => ({ tool: key, ...shortOf(one) })),
      circuits,
      executors,
    };
  }
}

const shortOf = ({ calls, failed, refused, p50_ms, p95_ms, p99_ms }: Usage) => ({
  calls,
  failed,
  refused,
  p50_ms,
  p95_ms,
  p99_ms,
});

/** Over whole points alone: the last one is still filling. */
function rateOf(points: AnalyticsResult['groups'], at: number): number {
  const whole = points.filter(
    ({ key }) => Date.parse(key) + bucketMs <= at && Date.parse(key) + bucketMs > at - rateMs - bucketMs,
  );
  const newest = whole.slice(-rateMs / bucketMs);
  const calls = newest.reduce((sum, point) => sum + point.calls, 0);
  return newest.length === 0 ? 0 : Math.round((calls * 1_000_000) / (newest.length * bucketMs)) / 1_000;
}

function circuitsOf(executors: readonly ExecutorCircuits[], tenant: string | null): NonNullable<Overview['circuits']> {
  return executors.flatMap(({ executor, circuits }) =>
    circuits
      .filter((one) => one.state !== 'closed' && (tenant === null || one.tenant === null || one.tenant === tenant))
      .map(({ host, tenant: whose, watches, state, retry_after_ms }) => ({
        executor,
        host,
        tenant: whose,
        watches,
        state,
        retry_after_ms,
      })),
  );
}

function executorsOf(stats: readonly ExecutorStats[]): NonNullable<Overview['executors']> {
  return stats
    .map(({ instance, uptime_ms, in_flight, executions, replays }) => ({
      instance,
      uptime_ms,
      in_flight,
      executions: executions.reduce((sum, { durations }) => sum + durations.count, 0),
      replays,
    }))
    .sort((a, b) => (a.instance < b.instance ? -1 : 1));
}
