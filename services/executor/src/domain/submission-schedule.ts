import type { ExecutionResult } from '@patchbay/contracts';

/** Milliseconds before the second try, the third, and so on. One try more than there are waits. */
export const retryDelaysMs: readonly number[] = [1_000, 5_000, 30_000, 120_000, 600_000];
export const maxTries = retryDelaysMs.length + 1;

/** Milliseconds before a message comes back that its tenant has no room for in this executor. */
export const shareRetryMs = 1_000;

/**
 * Milliseconds until the next try of a submission whose last one, numbered from 1, came to this; null when it is final.
 * Only what the catalogue calls retryable is tried again: nothing was done, or a repeat under the same key is safe. An
 * unknown outcome is asked about again where the tool has a probe: the ledger lets no try act meanwhile.
 */
export function nextTryMs(result: ExecutionResult, tries: number, hasProbe: boolean): number | null {
  const mayBeProbed = hasProbe && result.status === 'outcome_unknown';
  const mayRunAgain =
    mayBeProbed || ((result.status === 'refused' || result.status === 'failed') && result.error?.retryable === true);
  if (!mayRunAgain) return null;
  const planned = retryDelaysMs[Math.min(tries, retryDelaysMs.length) - 1] as number;
  return Math.max(planned, result.error?.retry_after_ms ?? 0);
}
