export type CircuitState = 'closed' | 'open' | 'half_open';

export interface CircuitOptions {
  /** Length of the counting window in milliseconds. */
  readonly windowMs: number;
  /** Fewest calls in the window before a share of failures can open the circuit. */
  readonly minVolume: number;
  /** Share of failures in the window, 0 to 1, at which it opens. */
  readonly failureShare: number;
  /** Failures in a row that open it whatever the window says: after a quiet hour of successes, seconds matter. */
  readonly maxConsecutive: number;
  /** Milliseconds until the first probe; doubled with each probe that fails, up to `maxOpenMs`. */
  readonly openMs: number;
  readonly maxOpenMs: number;
}

export const circuitDefaults: CircuitOptions = {
  windowMs: 10_000,
  minVolume: 10,
  failureShare: 0.5,
  maxConsecutive: 10,
  openMs: 5_000,
  maxOpenMs: 60_000,
};

const buckets = 10;

/**
 * A circuit breaker without timers or promises: the caller asks, calls, and reports, with its own clock in milliseconds.
 * `enter` gives a permit; a result reported with the permit of an earlier state is ignored, so that an answer from before
 * the failure cannot close a circuit that a probe has not.
 */
export class Circuit {
  private readonly options: CircuitOptions;
  private state: 'closed' | 'open' | 'probing' = 'closed';
  /** Grows with each change of state. Permits carry it; 0 is never a permit. */
  private generation = 1;
  private readonly calls = new Uint32Array(buckets);
  private readonly failures = new Uint32Array(buckets);
  private slot = 0;
  private consecutive = 0;
  private probeAt = 0;
  private openMs: number;
  private touchedAt = 0;

  constructor(options: CircuitOptions = circuitDefaults) {
    this.options = options;
    this.openMs = options.openMs;
  }

  /** A permit to make one call, or 0 when the circuit is open. One caller at a time gets to probe. */
  enter(now: number): number {
    if (this.state === 'closed') return this.generation;
    if (this.state === 'open' && now >= this.probeAt) {
      this.state = 'probing';
      return ++this.generation;
    }
    return 0;
  }

  /** The permit of a call that began before this circuit was made; 0 unless the circuit is closed. */
  closedPermit(): number {
    return this.state === 'closed' ? this.generation : 0;
  }

  /** The call of `permit` went well. */
  succeed(permit: number, now: number): void {
    if (permit !== this.generation) return;
    if (this.state === 'probing') {
      this.state = 'closed';
      this.generation++;
      this.openMs = this.options.openMs;
      this.calls.fill(0);
      this.failures.fill(0);
      this.consecutive = 0;
      return;
    }
    this.count(now, 0);
    this.consecutive = 0;
  }

  /** The call of `permit` failed in the way this circuit watches for. */
  fail(permit: number, now: number): void {
    if (permit !== this.generation) return;
    if (this.state === 'probing') {
      this.openMs = Math.min(this.options.maxOpenMs, this.openMs * 2);
      this.open(now);
      return;
    }
    this.count(now, 1);
    this.consecutive++;
    if (this.consecutive >= this.options.maxConsecutive || this.isFailing()) this.open(now);
  }

  /** The call of `permit` ended without telling anything, such as one cancelled. A probe's place becomes free again. */
  abandon(permit: number, now: number): void {
    if (permit !== this.generation || this.state !== 'probing') return;
    this.state = 'open';
    this.probeAt = now;
    this.generation++;
  }

  current(now: number): CircuitState {
    if (this.state === 'closed') return 'closed';
    return this.state === 'probing' || now >= this.probeAt ? 'half_open' : 'open';
  }

  /** Milliseconds until a call may be let through. */
  retryAfterMs(now: number): number {
    return this.state === 'closed' ? 0 : Math.max(0, Math.ceil(this.probeAt - now));
  }

  /** It can be forgotten: closed with nothing in its window, or open and not called for long. */
  isIdle(now: number): boolean {
    return now - this.touchedAt > (this.state === 'closed' ? this.options.windowMs : 10 * this.options.maxOpenMs);
  }

  private open(now: number): void {
    this.state = 'open';
    this.generation++;
    this.consecutive = 0;
    this.probeAt = now + this.openMs;
    this.touchedAt = now;
  }

  private isFailing(): boolean {
    let calls = 0;
    let failures = 0;
    for (let i = 0; i < buckets; i++) {
      calls += this.calls[i] as number;
      failures += this.failures[i] as number;
    }
    return calls >= this.options.minVolume && failures / calls >= this.options.failureShare;
  }

  private count(now: number, failure: 0 | 1): void {
    const slot = Math.floor(now / (this.options.windowMs / buckets));
    const stale = Math.min(buckets, slot - this.slot);
    for (let i = 1; i <= stale; i++) {
      this.calls[(this.slot + i) % buckets] = 0;
      this.failures[(this.slot + i) % buckets] = 0;
    }
    if (slot > this.slot) this.slot = slot;
    const index = this.slot % buckets;
    this.calls[index] = (this.calls[index] as number) + 1;
    this.failures[index] = (this.failures[index] as number) + failure;
    this.touchedAt = now;
  }
}
