import { setTimeout as delay } from 'node:timers/promises';

export interface Pace {
  /** Least time between the starts of two batches, in milliseconds. */
  readonly intervalMs: number;
  /** Length from which a batch does not wait: there is more behind it. */
  readonly fullLength: number;
}

/**
 * Lets messages gather. Nobody waits for an event to reach the store, and one statement for what arrived in a fifth of a
 * second costs far less than one for each message; a backlog goes at full speed.
 */
export function paceBatches<Item, Result>(
  { intervalMs, fullLength }: Pace,
  store: (batch: readonly Item[]) => Promise<Result>,
): (batch: readonly Item[]) => Promise<Result> {
  let lastStart = Number.NEGATIVE_INFINITY;
  return async (batch) => {
    const wait = lastStart + intervalMs - performance.now();
    if (wait > 0 && batch.length < fullLength) await delay(wait);
    lastStart = performance.now();
    return store(batch);
  };
}
