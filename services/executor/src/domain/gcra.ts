/** One limit in the terms of the generic cell rate algorithm; times in microseconds. */
export interface Gcra {
  readonly interval: number;
  /** How far ahead of its schedule a call may come: the burst less one, in intervals. */
  readonly tolerance: number;
}

export function gcraOf(limits: { readonly requests_per_minute: number; readonly burst_size: number }): Gcra {
  const interval = 60_000_000 / limits.requests_per_minute;
  return { interval, tolerance: interval * (limits.burst_size - 1) };
}

/** The same decision as the Redis script, in this process, for when Redis is away. Bounded: the oldest keys go. */
export class LocalGcra {
  readonly #arrivals = new Map<string, number>();
  readonly #maxKeys: number;

  constructor(maxKeys = 10_000) {
    this.#maxKeys = maxKeys;
  }

  /** Microseconds to wait, 0 when admitted. `now` in microseconds. */
  decide(limits: readonly { readonly key: string; readonly gcra: Gcra }[], now: number): number {
    let wait = 0;
    for (const { key, gcra } of limits)
      wait = Math.max(wait, Math.max(this.#arrivals.get(key) ?? now, now) - now - gcra.tolerance);
    if (wait > 0) return wait;
    for (const { key, gcra } of limits) {
      const arrival = Math.max(this.#arrivals.get(key) ?? now, now) + gcra.interval;
      this.#arrivals.delete(key);
      this.#arrivals.set(key, arrival);
    }
    while (this.#arrivals.size > this.#maxKeys) this.#arrivals.delete(this.#arrivals.keys().next().value as string);
    return 0;
  }
}
