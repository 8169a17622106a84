import { ConcurrencyLimit } from './concurrency-limit.ts';
import { type TimeSpent, WindowOfWork } from './window-of-work.ts';

/** Live calls have somebody waiting on the line; background ones, such as submissions, have time. */
export type Lane = 'live' | 'background';

/** A place among the executions under way. */
export interface Place {
  /** Gives it up. `spent`: what the execution took; null when it tells nothing. Once only. */
  leave(spent: TimeSpent | null): void;
}

export interface AdmissionOptions {
  /** Executions under way at once, whatever happens. */
  readonly maxInFlight: number;
  /** Milliseconds on the clock of `enter` and `tick`. */
  readonly now: number;
  /** A tenant's weight when several want more than there is. Default 1 for each. */
  readonly weightOf?: (tenant: string) => number;
}

/** Milliseconds between two ticks. */
export const tickMs = 100;

interface Tenant {
  inFlight: number;
  readonly weight: number;
}

/** Where the learnt limit ends going down, for a tenant alone and when several have work. */
const least = { alone: 128, contended: 32 };
/** A tenant alone that is refused in so many windows on end is no burst: its least goes down too, to that of several. */
const burstWindows = 10;
/**
 * By how much it goes down in a window with refusals, and up in one without: over seconds, since callers who hold back leave
 * windows without refusals in the middle of a flood.
 */
const leastMoves = { down: 0.9, up: 1.02 };
/** Share of the limit that only those may take who have less than their share. */
const reserved = 0.1;
/** Most of the limit for background work: beside live calls, and alone. */
const backgroundShare = { besideLive: 0.1, alone: 0.5 };
/** Fill, as a share of the limit, at which background work stops being let in, but for one execution at a time. */
const backgroundRoom = 0.7;
/** Milliseconds after the last live call in which background work still keeps out of the way. */
const liveLingersMs = 1_000;
/** Bounds of the advice to come back, in milliseconds. */
const advice = { least: 50, most: 1_000 };

/**
 * Who may begin an execution, decided at once and before anything is reserved. One tenant alone may use nearly all that
 * this process can do; when several have work, whoever has less than a fair share is let in, and the others only while
 * there is room. Background work has a small share of its own and cannot fill the room of live calls.
 */
export class Admission {
  readonly #maxInFlight: number;
  readonly #weightOf: (tenant: string) => number;
  readonly #limit: ConcurrencyLimit;
  readonly #tenants = new Map<string, Tenant>();
  /** Of the tenants that have work under way. */
  #weights = 0;
  #inFlight = 0;
  #background = 0;
  #lastLiveAt = Number.NEGATIVE_INFINITY;
  #window: WindowOfWork;
  #tickedAt: number;
  #retryAfterMs = advice.least;
  #refusingWindows = 0;
  #leastAlone = least.alone;

  constructor({ maxInFlight, now, weightOf = () => 1 }: AdmissionOptions) {
    this.#window = new WindowOfWork(now, 0);
    this.#tickedAt = now;
    this.#maxInFlight = maxInFlight;
    this.#weightOf = weightOf;
    this.#limit = new ConcurrencyLimit(least.contended, maxInFlight);
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  /** Executions that may be under way at once as things are. A tenant alone may have 128, unless too much goes on coming. */
  get limit(): number {
    return Math.floor(this.#limit.current);
  }

  /** Milliseconds after which one who was refused may come again; longer the more are refused. */
  get retryAfterMs(): number {
    return this.#retryAfterMs;
  }

  /** Whether `enter` would give a place. Changes nothing. `now` in milliseconds of the clock of `tick`. */
  mayEnter(tenant: string, lane: Lane, now: number): boolean {
    if (this.#inFlight >= this.#maxInFlight) return false;
    const own = this.#tenants.get(tenant);
    const contended = this.#tenants.size > (own === undefined ? 0 : 1);
    const limit = contended ? this.#limit.current : Math.max(this.#limit.current, this.#atMost(this.#leastAlone));
    const room = limit - Math.floor(limit * reserved);
    if (lane === 'background') {
      const besideLive = this.#inFlight > this.#background || now < this.#lastLiveAt + liveLingersMs;
      const share = besideLive ? backgroundShare.besideLive : backgroundShare.alone;
      if (this.#background === 0) return this.#inFlight < room;
      return this.#inFlight < limit * backgroundRoom && this.#background < Math.floor(limit * share);
    }
    if (this.#inFlight < room) return true;
    if (!contended) return false;
    const weight = own?.weight ?? this.#weightOf(tenant);
    const weights = own === undefined ? this.#weights + weight : this.#weights;
    return (own?.inFlight ?? 0) < (limit * weight) / weights;
  }

  /** A place, or null when there is none for this tenant and lane. */
  enter(tenant: string, lane: Lane, now: number): Place | null {
    if (!this.mayEnter(tenant, lane, now)) {
      this.#window.refused += 1;
      return null;
    }
    const own = this.#tenants.get(tenant) ?? this.#arrived(tenant);
    own.inFlight += 1;
    this.#inFlight += 1;
    if (lane === 'background') this.#background += 1;
    else this.#lastLiveAt = now;
    const mixed = this.#background > 0 && this.#background < this.#inFlight;
    this.#window.entered(this.#inFlight, this.#tenants.size > 1 || mixed);
    return {
      leave: (spent) => {
        own.inFlight -= 1;
        this.#inFlight -= 1;
        if (lane === 'background') this.#background -= 1;
        if (own.inFlight === 0) this.#gone(tenant, own);
        if (spent !== null) this.#window.sample(spent);
      },
    };
  }

  /** Counts a call that was turned away by `mayEnter` alone. */
  countRefusal(): void {
    this.#window.refused += 1;
  }

  /** To be called every `tickMs`: notes how late that was, and learns from a window that tells enough. */
  tick(now: number): void {
    this.#window.late(now - this.#tickedAt - tickMs);
    this.#tickedAt = now;
    if (!this.#window.isTelling(now)) return;
    const window = this.#window;
    this.#limit.learn(window.seen());
    this.#judgeBurst(window.refused > 0);
    const refusedShare = window.refused / Math.max(1, window.admitted);
    this.#retryAfterMs = Math.min(advice.most, Math.max(advice.least, Math.ceil(advice.least * refusedShare)));
    this.#window = new WindowOfWork(now, this.#inFlight);
  }

  /** What a burst brings may wait here for its turn; what goes on coming only waits for ever longer. */
  #judgeBurst(refused: boolean): void {
    this.#refusingWindows = refused ? this.#refusingWindows + 1 : 0;
    if (!refused) this.#leastAlone = Math.min(least.alone, this.#leastAlone * leastMoves.up);
    else if (this.#refusingWindows > burstWindows)
      this.#leastAlone = Math.max(least.contended, this.#leastAlone * leastMoves.down);
  }

  #arrived(tenant: string): Tenant {
    const own = { inFlight: 0, weight: this.#weightOf(tenant) };
    this.#tenants.set(tenant, own);
    this.#weights += own.weight;
    return own;
  }

  #gone(tenant: string, own: Tenant): void {
    this.#tenants.delete(tenant);
    // Nobody there is exactly nothing, however sums of fractions come out.
    this.#weights = this.#tenants.size === 0 ? 0 : this.#weights - own.weight;
  }

  #atMost(count: number): number {
    return Math.min(count, this.#maxInFlight);
  }
}
