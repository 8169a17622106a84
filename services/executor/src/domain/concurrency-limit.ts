/** What one window of work showed. Times in milliseconds. */
export interface LoadWindow {
  /**
   * Time that the quicker executions spent in this process and its queues: without the upstream, without waits asked
   * for. Null when too few ended to tell.
   */
  readonly ownMs: number | null;
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
/** Share of the way that the memory of the quiet time goes up to a slower one, in a window that was not busy. */
const relearn = 0.02;

/**
 * How many executions may be under way at once, learnt from the time they spend here. A saturated process shows in its
 * own queues: work takes longer than on a quiet day although the upstream takes as long as ever. So it is the own time
 * that is held down, not the whole; a slow upstream alone costs nothing and limits nothing. Falls by up to 30 % a
 * window, and grows while the limit is what holds work back.
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
  learn({ ownMs, lagMs, peak, contended }: LoadWindow): void {
    if (ownMs !== null) this.#remember(ownMs, peak);
    const feltMs = ownMs ?? lagMs;
    const easy = contended ? easyMs.contended : easyMs.alone;
    const allowedMs = Math.min(mostMs, Math.max(easy, tolerance * (this.#quietMs ?? 0)));
    if (feltMs > allowedMs) {
      // So few executions are no cause of a queue, and fewer would not shorten it.
      if (peak < this.#least) return;
      const share = Math.max(0.7, allowedMs / feltMs);
      this.#fellFrom = Math.min(this.#current, peak);
      this.#current = Math.max(this.#least, this.#fellFrom * share);
    } else if (peak >= this.#current * 0.8) {
      const step = this.#current < this.#fellFrom / 2 ? this.#current * 0.1 : Math.sqrt(this.#current) / 2;
      this.#current = Math.min(this.#most, this.#current + Math.max(1, step));
    }
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
