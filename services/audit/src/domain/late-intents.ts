import type { AuditRow } from './audit-row.ts';

/** Milliseconds that an intent is late at least to be remembered: those that are not are found by their time. */
const lateMs = 60_000;
/** Milliseconds of arrivals that are remembered as one, so that little is kept of many. */
const sameMs = 1_000;

/**
 * Intents that came to the store long after their time, as by the spool of an executor that was gone for a while: whoever looks for executions
 * without an end by their time has passed them by. Times are Unix milliseconds.
 */
export class LateIntents {
  readonly #now: () => number;
  #arrivals: { readonly at: number; oldest: number }[] = [];

  constructor(now: () => number) {
    this.#now = now;
  }

  /** These were stored now. */
  stored(rows: readonly Pick<AuditRow, 'class' | 'status' | 'time'>[]): void {
    const at = this.#now();
    let oldest = at - lateMs;
    for (const row of rows)
      if (row.class === 'execution' && row.status === 'intent') oldest = Math.min(oldest, Date.parse(row.time));
    if (oldest === at - lateMs) return;
    const last = this.#arrivals.at(-1);
    if (last !== undefined && at - last.at < sameMs) last.oldest = Math.min(last.oldest, oldest);
    else this.#arrivals.push({ at, oldest });
  }

  /** The time of the oldest of those that were stored before a moment; null when there are none. */
  oldestStoredBefore(moment: number): number | null {
    const oldest = this.#arrivals.filter(({ at }) => at < moment).map((arrival) => arrival.oldest);
    return oldest.length === 0 ? null : Math.min(...oldest);
  }

  /** Those that were stored before a moment have been looked at. */
  forgetStoredBefore(moment: number): void {
    this.#arrivals = this.#arrivals.filter(({ at }) => at >= moment);
  }
}
