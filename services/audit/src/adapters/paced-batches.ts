import { setTimeout as delay } from 'node:timers/promises';

/**
 * Leaves at least `intervalMs` between the starts of two batches. Nobody waits for an event to reach the store, and one
 * statement for what arrived in a tenth of a second costs far less than one for each message.
 */
export function paceBatches<Batch, Result>(intervalMs: number, store: (batch: Batch) => Promise<Result>): (batch: Batch) => Promise<Result> {
  let lastStart = Number.NEGATIVE_INFINITY;
  return async (batch) => {
    const wait = lastStart + intervalMs - performance.now();
    if (wait > 0) await delay(wait);
    lastStart = performance.now();
    return store(batch);
  };
}
