/** One limit in the terms of the generic cell rate algorithm; times in microseconds. */
export interface Gcra {
  readonly interval: number;
  /** How far ahead of its schedule a call may come: the burst less one, in intervals. */
  readonly tolerance: number;
}

/** A limit and the counter it is kept in. */
export interface Limit {
  readonly key: string;
  readonly gcra: Gcra;
}

/** Microseconds until there is room, 0 when admitted; and which of the limits asked for has the least. */
export interface Decision {
  readonly waitUs: number;
  readonly limit: number;
}

export function gcraOf(limits: { readonly requests_per_minute: number; readonly burst_size: number }): Gcra {
  const interval = 60_000_000 / limits.requests_per_minute;
  return { interval, tolerance: interval * (limits.burst_size - 1) };
}

/** One of `parts` equal parts of a limit: a slower rate, and a smaller burst of at least one. */
export function partOf({ interval, tolerance }: Gcra, parts: number): Gcra {
  const burst = Math.max(1, Math.floor((tolerance / interval + 1) / parts));
  return { interval: interval * parts, tolerance: interval * parts * (burst - 1) };
}

/** The same decision as the Redis script, in this process, for when Redis is away. Bounded: the oldest keys go. */
export class LocalGcra {
  readonly #arrivals = new Map<string, number>();
  readonly #maxKeys: number;

  constructor(maxKeys = 10_000) {
    this.#maxKeys = maxKeys;
  }

  /** `now` in microseconds. */
  decide(limits: readonly Limit[], now: number): Decision {
    let waitUs = 0;
    let tightest = 0;
    for (const [index, { key, gcra }] of limits.entries()) {
      const wait = Math.max(this.#arrivals.get(key) ?? now, now) - now - gcra.tolerance;
      if (wait > waitUs) {
        waitUs = wait;
        tightest = index;
      }
    }
    if (waitUs > 0) return { waitUs, limit: tightest };
    this.count(limits, now);
    return { waitUs: 0, limit: 0 };
  }

  /**
   * Counts a call that was admitted elsewhere, so that whoever decides alone from then on does not begin with a whole burst.
   * No more than a burst is held against it.
   */
  count(limits: readonly Limit[], now: number): void {
    for (const { key, gcra } of limits) {
      const arrival = Math.max(this.#arrivals.get(key) ?? now, now) + gcra.interval;
      this.#arrivals.delete(key);
      this.#arrivals.set(key, Math.min(arrival, now + gcra.tolerance + gcra.interval));
    }
    while (this.#arrivals.size > this.#maxKeys) this.#arrivals.delete(this.#arrivals.keys().next().value as string);
  }
}
