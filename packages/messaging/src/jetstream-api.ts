import { setTimeout as delay } from 'node:timers/promises';
import { JetStreamApiError } from '@nats-io/jetstream';
import { errors } from '@nats-io/transport-node';
import { PatchbayError } from '@patchbay/contracts';

/** Milliseconds for one try. A question that was under way when its connection was lost is never answered. */
export const apiTryMs = 5_000;
/** Milliseconds after which JetStream counts as away. A busy machine that starts everything at once needs most of them. */
const giveUpMs = 60_000;
/** Milliseconds until a cluster is asked again that said it is not ready. */
const notReadyPauseMs = 250;
/**
 * What a cluster says while its servers find each other: none that could keep it, nobody who leads, not this server. The first is said of
 * a cluster that is too small as well. https://github.com/nats-io/nats-server/blob/main/server/errors.json
 */
const notReadyCodes: ReadonlySet<number> = new Set([10_005, 10_008, 10_009]);

/**
 * Asks JetStream's API until it answers and is ready. Only for questions that may be asked twice, which everything is that a service
 * asks as it starts: to look something up, or to make what then exists already.
 * @throws PatchbayError `overloaded` when no answer came within `patienceMs`, or none but that it is not ready; whatever else `ask` throws.
 */
export async function untilAnswered<T>(what: string, ask: () => Promise<T>, patienceMs = giveUpMs): Promise<T> {
  const giveUpAt = performance.now() + patienceMs;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      const notReady = error instanceof JetStreamApiError && notReadyCodes.has(error.code) ? error : null;
      if (notReady === null && !(error instanceof errors.TimeoutError)) throw error;
      if (performance.now() < giveUpAt) {
        if (notReady !== null) await delay(notReadyPauseMs);
        continue;
      }
      const seconds = Math.round(patienceMs / 1_000);
      throw new PatchbayError('overloaded', {
        message:
          notReady === null
            ? `NATS JetStream did not answer within ${seconds} s (${what}). Is its server busy, or without a leader?`
            : `NATS JetStream was not ready within ${seconds} s (${what}): ${notReady.message}. Do all its servers run, and as many as there are replicas?`,
        cause: error,
      });
    }
  }
}
