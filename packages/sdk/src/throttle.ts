/** Milliseconds that are remembered, and how finely they are forgotten. */
const memoryMs = 2_000;
const sliceMs = 100;
/** Calls sent for each that was let in, while there is too much: what the executors can see of a demand that changes. */
const sentPerLetIn = 1.25;
/** Calls turned away within the memory below which nothing is held back: a conversation never makes so many. */
const fewest = 20;

interface Slice {
  readonly openedAt: number;
  letIn: number;
  /** Turned away by an executor, or held back here. */
  turnedAway: number;
}

/**
 * Holds back, in the caller's own process, most of what overloaded executors would turn away, so that they spend their
 * time on the calls they can carry out. Each call is held back with a chance that follows from the share turned away of
 * late (the client-side throttling of Google's SRE book, chapter 21); a few are always sent, and as soon as they are let
 * in again, so are the others. Times in milliseconds of one clock.
 */
export class Throttle {
  readonly #random: () => number;
  #slices: Slice[] = [];
  #retryAfterMs: number | null = null;

  /** `random` gives numbers from 0 to below 1. */
  constructor(random: () => number = Math.random) {
    this.#random = random;
  }

  /** What the executors last said about when to come again. Null when they said nothing. */
  get retryAfterMs(): number | null {
    return this.#retryAfterMs;
  }

  /** Whether a call is to be sent now. One that is not counts as turned away. */
  mayCall(now: number): boolean {
    if (this.#slices.length === 0) return true;
    this.#forget(now);
    let letIn = 0;
    let turnedAway = 0;
    for (const slice of this.#slices) {
      letIn += slice.letIn;
      turnedAway += slice.turnedAway;
    }
    if (turnedAway < fewest) return true;
    const asked = letIn + turnedAway;
    if (this.#random() >= (asked - sentPerLetIn * letIn) / (asked + 1)) return true;
    this.#slice(now).turnedAway += 1;
    return false;
  }

  /** What became of a call that was sent. */
  letIn(now: number): void {
    // Without refusals nothing needs to be remembered.
    if (this.#slices.length > 0) this.#slice(now).letIn += 1;
  }

  turnedAway(now: number, retryAfterMs: number | null): void {
    this.#slice(now).turnedAway += 1;
    this.#retryAfterMs = retryAfterMs;
  }

  #slice(now: number): Slice {
    const last = this.#slices.at(-1);
    if (last !== undefined && now < last.openedAt + sliceMs) return last;
    this.#forget(now);
    const opened = { openedAt: now, letIn: 0, turnedAway: 0 };
    this.#slices.push(opened);
    return opened;
  }

  #forget(now: number): void {
    while (this.#slices[0] !== undefined && this.#slices[0].openedAt <= now - memoryMs) this.#slices.shift();
    if (this.#slices.every(({ turnedAway }) => turnedAway === 0)) this.#slices = [];
  }
}
