/** How often the event loop shows that it runs, in milliseconds. */
const tickMs = 50;
/** A gap between two signs of life beyond which what is read next may have waited. */
const stallMs = 250;
/** Longest time after a stall in which messages count as having waited through it. */
const drainMs = 2_000;

/**
 * Says when a message arrived. A process that was stopped, or whose event loop was blocked, finds in its socket what was
 * sent meanwhile: those messages count as received when the stall began, so that their deadlines cover it, and a call
 * that nobody waits for any more is not carried out late. They end with the server's answer to a PING sent after the
 * stall: it comes behind everything that lay there.
 */
export class ReceiptClock {
  readonly #now: () => number;
  readonly #flush: () => Promise<void>;
  readonly #timer: NodeJS.Timeout;
  #lastTickAt: number;
  #stalledSince: number | null = null;

  /** `flush` resolves when the server has answered a PING; `now` is a monotonic clock in milliseconds. */
  constructor(flush: () => Promise<void>, now: () => number = () => performance.now()) {
    this.#flush = flush;
    this.#now = now;
    this.#lastTickAt = now();
    this.#timer = setInterval(() => this.#look(), tickMs).unref();
  }

  /** When the message in hand arrived, at the earliest. */
  receivedAt(): number {
    // Reads come before timers in a turn of the loop: the tick may not have noticed yet.
    const now = this.#look();
    return this.#stalledSince ?? now;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #look(): number {
    const now = this.#now();
    if (now - this.#lastTickAt > stallMs) this.#begin(this.#lastTickAt);
    this.#lastTickAt = now;
    return now;
  }

  #begin(since: number): void {
    this.#stalledSince ??= since;
    const stall = this.#stalledSince;
    const end = () => {
      clearTimeout(limit);
      if (this.#stalledSince === stall) this.#stalledSince = null;
    };
    // A connection that is gone brings nothing more of what lay there.
    const limit = setTimeout(end, drainMs).unref();
    this.#flush().then(end, end);
  }
}
