/** Milliseconds that what was heard of a limit counts: it may have been raised, or its counter lost, since. */
const trustMs = 1_000;

interface FullLimit {
  nextAt: number;
  readonly intervalMs: number;
  readonly believedUntil: number;
}

/**
 * The turns at limits that were heard to be full. Of many calls that wait for one limit each has a turn of its own, one
 * interval after the one before, so that none asks again in vain; and a call whose turn would come too late is known to be
 * refused without asking anybody. What is kept was heard from the counter, and admits no call by itself. Times are in
 * milliseconds of one clock that does not step. Bounded: the oldest go first.
 */
export class Turns {
  readonly #full = new Map<string, FullLimit>();
  /** When each tenant's limits may all have room again. */
  readonly #strained = new Map<string, number>();
  readonly #most: number;

  constructor(most = 10_000) {
    this.#most = most;
  }

  /** Whether a limit of the tenant was full a moment ago. */
  isStrained(tenant: string, now: number): boolean {
    const until = this.#strained.get(tenant);
    if (until === undefined) return false;
    if (now < until) return true;
    this.#strained.delete(tenant);
    return false;
  }

  /** Milliseconds until the next turn there, 0 when it is not known to be full. */
  waitAt(key: string, now: number): number {
    const full = this.#full.get(key);
    if (full === undefined) return 0;
    // Limits are counted in microseconds; what is finer comes from adding and subtracting.
    if (now < full.nextAt && now < full.believedUntil) return Math.round((full.nextAt - now) * 1_000) / 1_000;
    this.#full.delete(key);
    return 0;
  }

  /** The counter says that there is room after `waitMs` and not before, and then once in `intervalMs`. */
  heard(
    tenant: string,
    key: string,
    { waitMs, intervalMs }: { waitMs: number; intervalMs: number },
    now: number,
  ): void {
    const nextAt = Math.max(now + waitMs, this.#full.get(key)?.nextAt ?? 0);
    put(this.#full, key, { nextAt, intervalMs, believedUntil: now + trustMs }, this.#most);
    put(this.#strained, tenant, now + Math.min(waitMs + intervalMs, trustMs), this.#most);
  }

  /** Gives the next turn away: the one after it is an interval later. */
  take(key: string): void {
    const full = this.#full.get(key);
    if (full !== undefined) full.nextAt += full.intervalMs;
  }
}

/** Puts it last, and lets the first go when there are too many. */
function put<Value>(map: Map<string, Value>, key: string, value: Value, most: number): void {
  map.delete(key);
  map.set(key, value);
  if (map.size > most) map.delete(map.keys().next().value as string);
}
