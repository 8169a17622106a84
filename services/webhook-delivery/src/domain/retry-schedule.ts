import type { WebhookRetry } from '@patchbay/contracts';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

/** The longest that a target's `Retry-After` is followed, in milliseconds: no answer may stop deliveries for good. */
export const maxRetryAfterMs = hour;

/**
 * Milliseconds until the next attempt after `attempts` were made; null when the schedule is used up. The target's own
 * wish counts where it is longer. `random` gives a number from 0 up to, not including, 1.
 */
export function nextWaitMs(
  { schedule_ms, jitter }: WebhookRetry,
  attempts: number,
  retryAfterMs: number | null,
  random: () => number,
): number | null {
  const planned = schedule_ms[attempts - 1];
  if (planned === undefined) return null;
  const drawn = planned * (1 + jitter * (2 * random() - 1));
  return Math.round(Math.max(drawn, Math.min(retryAfterMs ?? 0, maxRetryAfterMs)));
}

/** Milliseconds before the first repeat after a failure of ours, the second, and so on; the last one from then on. */
const systemWaitsMs: readonly number[] = [second, 2 * second, 5 * second, 15 * second, 30 * second, minute, 5 * minute];

/** Milliseconds for which what failed for a reason of ours is repeated before it is put aside. */
export const systemPatienceMs = 24 * hour;

/** Milliseconds until what failed for a reason of ours `failures` times is tried again. */
export function systemWaitMs(failures: number): number {
  return systemWaitsMs[Math.min(Math.max(failures, 1), systemWaitsMs.length) - 1] as number;
}
