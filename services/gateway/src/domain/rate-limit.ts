export interface RateTerms {
  readonly requestsPerMinute: number;
  /** Requests that may come at once. */
  readonly burst: number;
}

/** What a request found. */
export interface RateVerdict {
  readonly allowed: boolean;
  /** Requests that may follow at once. */
  readonly remaining: number;
  /** Milliseconds until one may come again; 0 while some may. */
  readonly retryAfterMs: number;
}

/**
 * What each principal may ask of one process, by the generic cell rate algorithm: for each a single number, the time at which
 * its bucket is empty again. Those that are empty are forgotten. `now` is any clock in milliseconds that only goes forward.
 */
export class RateLimits {
  readonly #intervalMs: number;
  readonly #toleranceMs: number;
  readonly #emptyAt = new Map<string, number>();
  #nextSweepAt = 0;

  constructor({ requestsPerMinute, burst }: RateTerms) {
    this.#intervalMs = 60_000 / requestsPerMinute;
    this.#toleranceMs = this.#intervalMs * burst;
  }

  take(who: string, now: number): RateVerdict {
    if (now >= this.#nextSweepAt) this.#sweep(now);
    const emptyAt = Math.max(this.#emptyAt.get(who) ?? now, now) + this.#intervalMs;
    const left = this.#toleranceMs - (emptyAt - now);
    // Sums of fractions: a thousandth of a request is none.
    const allowed = left >= -this.#intervalMs / 1_000;
    if (!allowed) return { allowed, remaining: 0, retryAfterMs: -left };
    this.#emptyAt.set(who, emptyAt);
    return { allowed, remaining: Math.max(0, Math.floor(left / this.#intervalMs + 0.001)), retryAfterMs: 0 };
  }

  #sweep(now: number): void {
    this.#nextSweepAt = now + 60_000;
    for (const [who, emptyAt] of this.#emptyAt) if (emptyAt <= now) this.#emptyAt.delete(who);
  }
}
