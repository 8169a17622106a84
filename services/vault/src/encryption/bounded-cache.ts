import { SingleFlight } from './single-flight.ts';

export interface BoundedCacheOptions {
  /** Most values kept; the least recently used goes first. */
  readonly maxEntries: number;
  /** Longest life of a value from the moment it was loaded, in milliseconds. Use does not extend it. */
  readonly ttlMs: number;
  /** After a load failed, callers get the same failure for this long without another load, in milliseconds. */
  readonly failureHoldMs: number;
}

type Outcome<Value> = { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly error: unknown };

interface Entry<Value> {
  readonly outcome: Outcome<Value>;
  readonly timer: NodeJS.Timeout;
}

/**
 * A cache for what is dear and dangerous to hold: bounded in number and in time, one load at a time for each id, and a
 * short hold after a failure so that a throttled source is not asked again by every caller. A value is dropped by a
 * timer, not at the next look, so that nothing outlives its time in an idle process.
 */
export class BoundedCache<Value> {
  readonly #options: BoundedCacheOptions;
  readonly #entries = new Map<string, Entry<Value>>();
  readonly #loads = new SingleFlight<Value>();
  /** Grows when values are dropped: what was being loaded then is handed out and not held. */
  #drops = 0;

  constructor(options: BoundedCacheOptions) {
    this.#options = options;
  }

  /** The value of `id`, loaded when it is not held. Rejects with what `load` rejected with. */
  async get(id: string, load: () => Promise<Value>): Promise<Value> {
    const entry = this.#entries.get(id);
    if (entry === undefined) return this.#loads.run(id, () => this.#load(id, load));
    // Most recently used goes to the end of the map's order.
    this.#entries.delete(id);
    this.#entries.set(id, entry);
    if (entry.outcome.ok) return entry.outcome.value;
    throw entry.outcome.error;
  }

  /** Holds a value that was made here, not loaded. */
  put(id: string, value: Value): void {
    this.#hold(id, { ok: true, value }, this.#options.ttlMs);
  }

  /** Drops everything. */
  clear(): void {
    this.dropWhere(() => true);
  }

  /** Drops what has such an id, and does not hold what is being loaded. */
  dropWhere(matches: (id: string) => boolean): void {
    this.#drops++;
    for (const id of [...this.#entries.keys()]) if (matches(id)) this.#drop(id);
  }

  /** Values and failures held. */
  get size(): number {
    return this.#entries.size;
  }

  async #load(id: string, load: () => Promise<Value>): Promise<Value> {
    const drops = this.#drops;
    try {
      const value = await load();
      if (drops === this.#drops) this.put(id, value);
      return value;
    } catch (error) {
      this.#hold(id, { ok: false, error }, this.#options.failureHoldMs);
      throw error;
    }
  }

  #hold(id: string, outcome: Outcome<Value>, ttlMs: number): void {
    this.#drop(id);
    const timer = setTimeout(() => this.#drop(id), ttlMs);
    timer.unref();
    this.#entries.set(id, { outcome, timer });
    if (this.#entries.size <= this.#options.maxEntries) return;
    const oldest = this.#entries.keys().next();
    if (!oldest.done) this.#drop(oldest.value);
  }

  #drop(id: string): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    clearTimeout(entry.timer);
    this.#entries.delete(id);
  }
}
