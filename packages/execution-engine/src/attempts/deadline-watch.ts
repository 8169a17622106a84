/** Milliseconds after a deadline at which an answer is given without waiting on. Below the promised 50. */
const graceMs = 15;
const tickMs = 10;

interface Watched {
  readonly deadlineAt: number;
  readonly giveUp: () => void;
}

/**
 * Makes sure that a promise is answered soon after its deadline, whatever becomes of the work behind it. One interval
 * serves all calls, and runs only while there are any: a timer for each would cost more than the rest of a call.
 */
export class DeadlineWatch {
  private readonly watched = new Set<Watched>();
  private readonly now: () => number;
  private timer: NodeJS.Timeout | null = null;
  private idleTicks = 0;

  constructor(now: () => number) {
    this.now = now;
  }

  /** The work's result, or `late()` from `deadlineAt` + 15 ms on. A rejection of the work is passed on. */
  guard<T>(work: Promise<T>, deadlineAt: number, late: () => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const entry: Watched = { deadlineAt, giveUp: () => resolve(late()) };
      this.watched.add(entry);
      this.timer ??= setInterval(() => this.tick(), tickMs);
      work.then(
        (value) => {
          this.watched.delete(entry);
          resolve(value);
        },
        (error: unknown) => {
          this.watched.delete(entry);
          reject(error as Error);
        },
      );
    });
  }

  close(): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
  }

  private tick(): void {
    if (this.watched.size === 0) {
      // Calls come in bursts: stopping the interval at once would mean starting it again for the next.
      if (++this.idleTicks > 10) this.close();
      return;
    }
    this.idleTicks = 0;
    const now = this.now();
    for (const entry of this.watched) {
      if (now < entry.deadlineAt + graceMs) continue;
      this.watched.delete(entry);
      entry.giveUp();
    }
  }
}
