/** How storing a batch ended. */
export type BatchOutcome =
  /** Everything is committed, in the events or in the quarantine. */
  | { readonly kind: 'committed' }
  /** The store is away or failing: nothing may be acknowledged. `failures` counts batches in a row, from 1. */
  | { readonly kind: 'unavailable'; readonly failures: number };

export type Verdict = { readonly ack: true } | { readonly ack: false; readonly retryAfterMs: number };

const firstDelayMs = 500;
const longestDelayMs = 15_000;

/**
 * The only place where acknowledging is decided. A message is acknowledged when it is committed somewhere, never before;
 * while the store is away it is handed again, later and later, without limit, because the audit trail may not have holes.
 */
export function decideVerdict(outcome: BatchOutcome): Verdict {
  if (outcome.kind === 'committed') return { ack: true };
  return { ack: false, retryAfterMs: Math.min(longestDelayMs, firstDelayMs * 2 ** (outcome.failures - 1)) };
}
