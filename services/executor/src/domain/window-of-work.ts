import type { LoadWindow } from './concurrency-limit.ts';

/** Samples from which a window's quicker executions can be told. */
const enough = 10;
/** Samples kept of one window: more tell nothing new. */
const most = 1_000;
/** Milliseconds after which a window is judged with what it has. */
const longestMs = 500;
/** Which of the sorted samples stands for the quicker ones. Not the middle: a slow dependency of some is not our queue. */
const quicker = 0.25;

/** An own share that is as good as none. */
const leastShare = 0.001;

/** What an execution took: in this process and its queues, and with the upstream. Milliseconds. */
export interface TimeSpent {
  readonly ownMs: number;
  readonly totalMs: number;
}

/** What happened in this process since the last look. */
export class WindowOfWork {
  refused = 0;
  admitted = 0;
  readonly #openedAt: number;
  readonly #samples: number[] = [];
  #ownMs = 0;
  #totalMs = 0;
  #peak: number;
  #contended = false;
  #lagMs: number | null = null;

  /** `inFlight`: executions under way when it opens. */
  constructor(openedAt: number, inFlight: number) {
    this.#openedAt = openedAt;
    this.#peak = inFlight;
  }

  entered(inFlight: number, contended: boolean): void {
    this.admitted += 1;
    if (inFlight > this.#peak) this.#peak = inFlight;
    if (contended) this.#contended = true;
  }

  sample({ ownMs, totalMs }: TimeSpent): void {
    if (this.#samples.length >= most) return;
    this.#samples.push(ownMs);
    this.#ownMs += ownMs;
    this.#totalMs += totalMs;
  }

  /** This process was so late for a timer. */
  late(lagMs: number): void {
    this.#lagMs = Math.min(this.#lagMs ?? lagMs, lagMs);
  }

  /** Whether there is something to learn yet. */
  isTelling(now: number): boolean {
    return this.#samples.length >= enough || now >= this.#openedAt + longestMs;
  }

  seen(): LoadWindow {
    const sorted = this.#samples.sort((a, b) => a - b);
    return {
      ownMs: sorted.length < enough ? null : (sorted[Math.floor(sorted.length * quicker)] as number),
      ownShare: this.#totalMs > 0 ? Math.max(leastShare, this.#ownMs / this.#totalMs) : 1,
      lagMs: this.#lagMs ?? 0,
      peak: this.#peak,
      contended: this.#contended,
    };
  }
}
