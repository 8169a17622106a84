import type { Retry } from '@patchbay/contracts';

/** Milliseconds after which an executor without a descriptor may have one again: about as long as calls take. */
export const noSocketRetryMs = 500;

/**
 * Milliseconds to wait after failed attempt `attempt` (from 1). Exponential is full jitter: uniform between 0 and
 * min(cap, base · 2^(attempt − 1)), so that callers who failed together do not return together. `random` is in [0, 1).
 */
export function backoffMs(retry: Retry, attempt: number, random: () => number): number {
  if (retry.backoff === 'none') return 0;
  if (retry.backoff === 'fixed') return Math.min(retry.cap_ms, retry.base_ms);
  return random() * Math.min(retry.cap_ms, retry.base_ms * 2 ** (attempt - 1));
}

/** Waits, or returns early when the signal aborts. */
export function sleepUntilAborted(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener('abort', done);
  });
}
