import { setTimeout as delay } from 'node:timers/promises';
import type { WebhookSubscription } from '@patchbay/contracts';
import { partOfRate, takeTurn } from '../domain/pacing.ts';

/** Waits; false when it was told to stop meanwhile. */
type Wait = (ms: number, signal: AbortSignal) => Promise<boolean>;

const waitFor: Wait = (ms, signal) => delay(ms, true, { signal }).catch(() => false);

/**
 * Lets deliveries of one subscription go at its rate; each process keeps its part of it. What waits for its turn is in hand,
 * so that nothing overtakes it.
 */
export function createTurns(processes: () => number, now: () => number, wait: Wait = waitFor) {
  const arrivals = new Map<string, number>();
  return async function turn({ id, rate }: WebhookSubscription, signal: AbortSignal): Promise<boolean> {
    if (rate === null) return !signal.aborted;
    const part = partOfRate({ perSecond: rate.per_second, burst: rate.burst }, processes());
    const { waitMs, arrival } = takeTurn(part, arrivals.get(id) ?? 0, now());
    arrivals.delete(id);
    arrivals.set(id, arrival);
    forgetPast(arrivals, now());
    if (waitMs === 0) return !signal.aborted;
    // Told to stop while it waits: its turn is lost, and nothing else.
    return wait(waitMs, signal);
  };
}

/** Targets whose turns are remembered; one that is not in use needs none. */
const enough = 10_000;

function forgetPast(arrivals: Map<string, number>, now: number): void {
  if (arrivals.size <= enough) return;
  for (const [id, arrival] of arrivals) if (arrival <= now) arrivals.delete(id);
}
