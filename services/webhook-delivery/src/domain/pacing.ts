/** A rate in the terms of the generic cell rate algorithm. */
export interface Rate {
  readonly perSecond: number;
  /** How many may come at once after a quiet time; 1 or more. */
  readonly burst: number;
}

/**
 * Milliseconds to wait for a turn, and the arrival time to remember when it is taken. `arrival` is what the turn before
 * left behind, 0 for none. Turns queue up: whoever is told to wait has taken its turn, and waits for it.
 */
export function takeTurn(
  { perSecond, burst }: Rate,
  arrival: number,
  now: number,
): { waitMs: number; arrival: number } {
  const interval = 1_000 / perSecond;
  const from = Math.max(arrival, now);
  return { waitMs: Math.max(0, from - now - interval * (burst - 1)), arrival: from + interval };
}

/** One of `parts` equal parts of a rate, for one of as many processes: never nothing. */
export function partOfRate({ perSecond, burst }: Rate, parts: number): Rate {
  return { perSecond: perSecond / parts, burst: Math.max(1, Math.floor(burst / parts)) };
}

/** One of `parts` parts of a number of attempts at once. At least one, so that no process sits idle beside a backlog. */
export function partOfConcurrency(concurrency: number, parts: number): number {
  return Math.max(1, Math.ceil(concurrency / parts));
}
