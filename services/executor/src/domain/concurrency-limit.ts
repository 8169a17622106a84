/** What one window of work showed. Times in milliseconds. */
export interface LoadWindow {
  /**
   * Time that the quicker executions spent in this process and its queues: without the upstream, without waits asked
   * for. Null when too few ended to tell.
   */
  readonly ownMs: number | null;
  /** Of the whole time of those that ended, the part that they spent in this process: from 0 to 1; 1 when none ended. */
  readonly ownShare: number;
  /** How late this process was for a timer at least: the length of the shortest of its turns. */
  readonly lagMs: number;
  /** Most executions under way at once. */
  readonly peak: number;
  /** Whether executions of more than one tenant, or of both lanes, were under way. */
  readonly contended: boolean;
}

/** Own time that is no sign of a queue, whatever it was before: alone, and where others would feel the queue. */
const easyMs = { alone: 3, contended: 2.5 };
/** Own time up to this many times the quiet one is no sign of a queue either: a far or slow NATS is not ours to fight. */
const tolerance = 2;
/** Own time beyond this is a queue, whatever the quiet one was. */
const mostMs = 50;
/** Executions in this process's own hands, on the average, that are no queue worth holding down. */
const leastInHand = { alone: 24, contended: 16 };
/** Share of the way that the memory of the quiet time goes up to a slower one, in a window that was not busy. */
const relearn = 0.02;

/**
 * How many executions may be under way at once, learnt from the time they spend here. A saturated process shows in its
 * own queues: work takes longer than on a quiet day although the upstream takes as long as ever. So it is the own time
 * that is held down, not the whole; a slow upstream alone costs nothing and limits nothing. Falls by up to 30 % a
 * window, and grows while the limit is what holds work back. It does not fall below what leaves 16 (24 of a tenant alone) in
 * this process's own hands, with as many more as wait for upstreams: with fewer it would have nothing to do now and then.
 */
export class ConcurrencyLimit {
  readonly #least: number;
  readonly #most: number;
  #current: number;
  #quietMs: number | null = null;
  /** Where the limit was when it last had to fall. */
  #fellFrom = Number.POSITIVE_INFINITY;

  constructor(least: number, most: number) {
    this.#least = Math.min(least, most);
    this.#most = most;
    this.#current = most;
  }

  get current(): number {
    return this.#current;
  }

  /** Takes in a window, and moves the limit. */
  learn({ ownMs, ownShare, lagMs, peak, contended }: LoadWindow): void {
    if (ownMs !== null) this.#remember(ownMs, peak);
    const feltMs = ownMs ?? lagMs;
    const easy = contended ? easyMs.contended : easyMs.alone;
    const allowedMs = Math.min(mostMs, Math.max(easy, tolerance * (this.#quietMs ?? 0)));
    if (feltMs > allowedMs) {
      const inHand = contended ? leastInHand.contended : leastInHand.alone;
      const least = Math.min(this.#most, Math.max(this.#least, inHand / ownShare));
      // So few executions are no cause of a queue, and fewer would not shorten it.
      if (peak < least) {
        if (this.#current < least) this.#current = Math.min(least, this.#current + this.#step());
        return;
      }
      const kept = Math.max(0.7, allowedMs / feltMs);
      this.#fellFrom = Math.min(this.#current, peak);
      this.#current = Math.max(least, this.#fellFrom * kept);
    } else if (peak >= this.#current * 0.8) {
      this.#current = Math.min(this.#most, this.#current + this.#step());
    }
  }

  /** By how much it grows in a window: slowly once it is near where it last had to fall. */
  #step(): number {
    return Math.max(1, this.#current < this.#fellFrom / 2 ? this.#current * 0.1 : Math.sqrt(this.#current) / 2);
  }

  /** The quiet time is the least seen. It rises only in windows that were far from the limit, so not with overload. */
  #remember(ownMs: number, peak: number): void {
    const busy = peak >= this.#current / 2;
    if (this.#quietMs === null) {
      if (!busy) this.#quietMs = ownMs;
    } else if (ownMs <= this.#quietMs) this.#quietMs = ownMs;
    else if (!busy) this.#quietMs += (ownMs - this.#quietMs) * relearn;
  }
}
