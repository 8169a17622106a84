/** What one execution came to, as far as charts need it. */
export interface Outcome {
  readonly id: string;
  /** Unix milliseconds. */
  readonly at: number;
  readonly status: string;
  readonly code: string | null;
  readonly tool: string | null;
  readonly ms: number;
}

export interface Summary {
  readonly count: number;
  /** Executions a second over the window. */
  readonly rate: number;
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
  readonly failed: number;
  /** By error code, most first. */
  readonly errors: readonly (readonly [code: string, count: number])[];
  /** One for each bucket: when it began in Unix seconds, executions a second, and milliseconds; null where nothing ran. */
  readonly buckets: {
    readonly at: readonly number[];
    readonly rate: readonly number[];
    readonly p50: readonly (number | null)[];
    readonly p95: readonly (number | null)[];
  };
}

/** The least value that the share of all is not above; of a sorted list. Null of none. */
function percentile(sorted: readonly number[], share: number): number | null {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? null;
}

const durations = (outcomes: readonly Outcome[]) => outcomes.map(({ ms }) => ms).sort((a, b) => a - b);

/** The last `windowMs` in buckets of `bucketMs`, of which the newest ends now. */
export function summarise(
  outcomes: readonly Outcome[],
  { nowMs, windowMs, bucketMs }: { nowMs: number; windowMs: number; bucketMs: number },
): Summary {
  const from = nowMs - windowMs;
  const within = outcomes.filter(({ at }) => at > from && at <= nowMs);
  const number = Math.round(windowMs / bucketMs);
  const filled = Array.from({ length: number }, (): Outcome[] => []);
  for (const one of within) filled[Math.min(number - 1, Math.floor((one.at - from) / bucketMs))]?.push(one);
  const errors = new Map<string, number>();
  for (const { code } of within) if (code !== null) errors.set(code, (errors.get(code) ?? 0) + 1);
  const all = durations(within);
  return {
    count: within.length,
    rate: within.length / (windowMs / 1_000),
    p50: percentile(all, 0.5),
    p95: percentile(all, 0.95),
    p99: percentile(all, 0.99),
    failed: within.filter(({ status }) => status !== 'succeeded').length,
    errors: [...errors].sort(([, a], [, b]) => b - a),
    buckets: {
      at: filled.map((_, index) => (from + index * bucketMs) / 1_000),
      rate: filled.map((ones) => ones.length / (bucketMs / 1_000)),
      p50: filled.map((ones) => percentile(durations(ones), 0.5)),
      p95: filled.map((ones) => percentile(durations(ones), 0.95)),
    },
  };
}

/** Those that were there and those that came, each once, newest last, as many as are kept. */
export function merged(before: readonly Outcome[], come: readonly Outcome[], most: number): readonly Outcome[] {
  const known = new Set(before.map(({ id }) => id));
  const fresh = come.filter(({ id }) => !known.has(id));
  if (fresh.length === 0) return before;
  return [...before, ...fresh].sort((a, b) => a.at - b.at).slice(-most);
}
