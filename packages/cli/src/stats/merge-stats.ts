import { type ExecutorStats, LatencyHistogram } from '@patchbay/contracts';

/** What all executions of one kind came to. Times in milliseconds, rates in executions a second. */
export interface StatsRow {
  readonly name: string;
  readonly count: number;
  readonly per_second: number;
  /** By error code; those that succeeded are not among them. */
  readonly errors: Readonly<Record<string, number>>;
  readonly p50_ms: number | null;
  readonly p95_ms: number | null;
  readonly p99_ms: number | null;
}

export interface StatsReport {
  readonly executors: readonly { readonly instance: string; readonly uptime_ms: number; readonly in_flight: number }[];
  readonly in_flight: number;
  readonly total: StatsRow;
  readonly tools: readonly StatsRow[];
  readonly tenant_classes: readonly StatsRow[];
  readonly attempts: readonly StatsRow[];
  readonly limiter: ExecutorStats['limiter'];
  readonly replays: number;
  readonly circuits: readonly (ExecutorStats['circuits'][number] & { readonly instance: string })[];
}

interface Tally {
  readonly durations: LatencyHistogram;
  readonly before: LatencyHistogram;
  readonly errors: Map<string, number>;
}

/**
 * Adds up what executors counted. `before` is what they told `seconds` ago: rates are of the time between. With
 * `interval` everything is; else counts and times are those since the executors started.
 */
export function reportOf(
  now: readonly ExecutorStats[],
  before: readonly ExecutorStats[],
  { seconds, interval }: { readonly seconds: number; readonly interval: boolean },
): StatsReport {
  const earlier = new Map(before.map((stats) => [stats.instance, stats]));
  // One that was not there before, or that began again, counts from nothing.
  const pairs = now.map((stats) => {
    const known = earlier.get(stats.instance);
    return { now: stats, before: known !== undefined && known.uptime_ms <= stats.uptime_ms ? known : null };
  });
  const rows = (group: (stats: ExecutorStats) => readonly Item[]) =>
    rowsOf(
      pairs.map((pair) => ({ now: group(pair.now), before: pair.before === null ? [] : group(pair.before) })),
      seconds,
      interval,
    );
  const sum = (value: (stats: ExecutorStats) => number) =>
    pairs.reduce(
      (total, pair) => total + value(pair.now) - (interval && pair.before !== null ? value(pair.before) : 0),
      0,
    );
  return {
    executors: now.map(({ instance, uptime_ms, in_flight }) => ({ instance, uptime_ms, in_flight })),
    in_flight: now.reduce((total, { in_flight }) => total + in_flight, 0),
    total: rows((stats) => stats.executions.map((one) => ({ ...one, name: 'all' })))[0] ?? emptyRow,
    tools: rows((stats) => stats.executions.map((one) => ({ ...one, name: one.tool }))),
    tenant_classes: rows((stats) => stats.executions.map((one) => ({ ...one, name: one.tenant_class }))),
    attempts: rows((stats) =>
      stats.attempts.map(({ integration, outcome, durations }) => ({
        name: integration,
        error_code: outcome === '2xx' ? null : outcome,
        durations,
      })),
    ),
    limiter: {
      admitted: sum(({ limiter }) => limiter.admitted),
      delayed: sum(({ limiter }) => limiter.delayed),
      local: sum(({ limiter }) => limiter.local),
    },
    replays: sum(({ replays }) => replays),
    circuits: now.flatMap(({ instance, circuits }) => circuits.map((circuit) => ({ instance, ...circuit }))),
  };
}

interface Item {
  readonly name: string;
  readonly error_code: string | null;
  readonly durations: ExecutorStats['executions'][number]['durations'];
}

const emptyRow: StatsRow = {
  name: 'all',
  count: 0,
  per_second: 0,
  errors: {},
  p50_ms: null,
  p95_ms: null,
  p99_ms: null,
};

function rowsOf(
  pairs: readonly { readonly now: readonly Item[]; readonly before: readonly Item[] }[],
  seconds: number,
  interval: boolean,
): StatsRow[] {
  const tallies = new Map<string, Tally>();
  const tallyOf = (name: string): Tally => {
    const tally = tallies.get(name) ?? {
      durations: new LatencyHistogram(),
      before: new LatencyHistogram(),
      errors: new Map(),
    };
    tallies.set(name, tally);
    return tally;
  };
  for (const { now, before } of pairs) {
    for (const { name, error_code, durations } of now) {
      const tally = tallyOf(name);
      tally.durations.merge(LatencyHistogram.from(durations));
      if (error_code !== null) tally.errors.set(error_code, (tally.errors.get(error_code) ?? 0) + durations.count);
    }
    for (const { name, error_code, durations } of before) {
      const tally = tallyOf(name);
      tally.before.merge(LatencyHistogram.from(durations));
      if (interval && error_code !== null)
        tally.errors.set(error_code, (tally.errors.get(error_code) ?? 0) - durations.count);
    }
  }
  return [...tallies]
    .map(([name, { durations, before, errors }]) => {
      const since = durations.since(before);
      const shown = interval ? since : durations;
      return {
        name,
        count: shown.count,
        per_second: seconds > 0 ? round(since.count / seconds) : 0,
        errors: Object.fromEntries([...errors].filter(([, count]) => count > 0).sort(([, a], [, b]) => b - a)),
        p50_ms: round(shown.quantile(0.5)),
        p95_ms: round(shown.quantile(0.95)),
        p99_ms: round(shown.quantile(0.99)),
      };
    })
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1));
}

function round(value: number): number;
function round(value: number | null): number | null;
function round(value: number | null): number | null {
  return value === null ? null : Math.round(value * 100) / 100;
}
