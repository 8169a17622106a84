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

/** A circuit as an operator sees it. */
export interface CircuitFacts {
  readonly state: CircuitState;
  /** Who opened it; null while it is closed. */
  readonly openedBy: 'here' | 'elsewhere' | null;
  readonly retryAfterMs: number;
  /** Calls and failures in the counting window. */
  readonly calls: number;
  readonly failures: number;
}

/** Told of each change of state that this process's own calls brought about, with the milliseconds until the next probe. */
export type OnCircuitChange = (state: CircuitState, openMs: number) => void;

const buckets = 10;
/** After word that a host fails, this many failures of our own open a circuit that had been going well. */
const waryFailures = 2;

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
  private openedBy: 'here' | 'elsewhere' = 'here';
  /** Whether a probe elsewhere has put ours off since it opened. Once is enough: our own word counts too. */
  private putOff = false;
  private readonly onChange: OnCircuitChange | null;

  constructor(options: CircuitOptions = circuitDefaults, onChange: OnCircuitChange | null = null) {
    this.options = options;
    this.openMs = options.openMs;
    this.onChange = onChange;
  }

  /** Whether `enter` would give a permit. */
  admits(now: number): boolean {
    return this.state === 'closed' || (this.state === 'open' && now >= this.probeAt);
  }

  /** A permit to make one call, or 0 when the circuit is open. One caller at a time gets to probe. */
  enter(now: number): number {
    if (this.state === 'closed') return this.generation;
    if (this.state === 'open' && now >= this.probeAt) {
      this.state = 'probing';
      this.onChange?.('half_open', 0);
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
      this.close();
      this.onChange?.('closed', 0);
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
      this.open(now, 'here', this.openMs);
      return;
    }
    this.count(now, 1);
    this.consecutive++;
    if (this.consecutive >= this.options.maxConsecutive || this.isFailing()) this.open(now, 'here', this.openMs);
  }

  /** The call of `permit` ended without telling anything, such as one cancelled. A probe's place becomes free again. */
  abandon(permit: number, now: number): void {
    if (permit !== this.generation || this.state !== 'probing') return;
    this.state = 'open';
    this.probeAt = now;
    this.generation++;
  }

  /**
   * Word that another process's circuit opened. Ours opens too, for no longer than a first opening and with its probe
   * `delayMs` behind the other's; but where our own calls went well lately (`contradicted`), the other may be the one that is
   * cut off: then a few failures of our own are enough instead.
   */
  hearOpen(now: number, openMs: number, delayMs: number, contradicted: boolean): void {
    if (this.state !== 'closed') return;
    this.touchedAt = now;
    if (contradicted) this.consecutive = Math.max(this.consecutive, this.options.maxConsecutive - waryFailures);
    else this.open(now, 'elsewhere', Math.min(openMs, this.options.openMs) + delayMs);
  }

  /** Word that another process probes: ours waits for what comes of it, once. */
  hearProbe(now: number): void {
    if (this.state !== 'open' || this.putOff) return;
    this.putOff = true;
    this.probeAt = Math.max(this.probeAt, now + this.options.openMs);
  }

  /** Word that another process's probe went well: what its word opened closes, what we opened ourselves we probe at once. */
  hearClosed(now: number): void {
    if (this.state !== 'open') return;
    if (this.openedBy === 'elsewhere') this.close();
    else this.probeAt = now;
  }

  facts(now: number): CircuitFacts {
    return {
      state: this.current(now),
      openedBy: this.state === 'closed' ? null : this.openedBy,
      retryAfterMs: this.retryAfterMs(now),
      ...this.counted(),
    };
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

  private open(now: number, openedBy: 'here' | 'elsewhere', forMs: number): void {
    this.state = 'open';
    this.openedBy = openedBy;
    this.putOff = false;
    this.generation++;
    this.consecutive = 0;
    this.probeAt = now + forMs;
    this.touchedAt = now;
    if (openedBy === 'here') this.onChange?.('open', forMs);
  }

  private close(): void {
    this.state = 'closed';
    this.generation++;
    this.openMs = this.options.openMs;
    this.calls.fill(0);
    this.failures.fill(0);
    this.consecutive = 0;
  }

  private isFailing(): boolean {
    const { calls, failures } = this.counted();
    return calls >= this.options.minVolume && failures / calls >= this.options.failureShare;
  }

  private counted(): { calls: number; failures: number } {
    let calls = 0;
    let failures = 0;
    for (let i = 0; i < buckets; i++) {
      calls += this.calls[i] as number;
      failures += this.failures[i] as number;
    }
    return { calls, failures };
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
