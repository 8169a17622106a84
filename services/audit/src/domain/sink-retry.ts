/** Milliseconds: the first wait at most, and any. */
const firstMs = 1_000;
const mostMs = 60_000;
/** A receiver that says when to come again is believed, up to here. */
const mostAskedMs = 600_000;

/**
 * Milliseconds until a failed request is tried again: anything up to twice as much as the time before, so that many sinks do not
 * come at once. What the receiver asked for is the least.
 * @param failures in a row, this one included.
 * @param random from 0 to below 1.
 */
export function retryDelayMs(failures: number, random: number, askedMs: number | null): number {
  const own = random * Math.min(mostMs, firstMs * 2 ** Math.min(failures - 1, 16));
  return Math.round(Math.max(own, Math.min(askedMs ?? 0, mostAskedMs)));
}

/** What became of a request to a sink. */
export type SinkAnswer =
  | { readonly kind: 'taken' }
  /** It is too large, or something in it is refused: fewer records may do. */
  | { readonly kind: 'too_much'; readonly problem: string }
  | { readonly kind: 'failed'; readonly problem: string; readonly retryAfterMs: number | null };

/** What an HTTP status says. */
export function sinkAnswerOf(status: number, retryAfterMs: number | null): SinkAnswer {
  if (status >= 200 && status < 300) return { kind: 'taken' };
  const problem = `The target answered ${status}.`;
  if (status === 413 || status === 400 || status === 422) return { kind: 'too_much', problem };
  return { kind: 'failed', problem, retryAfterMs };
}

/** When a target that fails is paused: so many failures in a row, over so long a time. */
export interface SinkPauseRule {
  readonly failures: number;
  readonly failingForMs: number;
}

export function isDead(rule: SinkPauseRule, failures: number, failingForMs: number): boolean {
  return failures >= rule.failures && failingForMs >= rule.failingForMs;
}
