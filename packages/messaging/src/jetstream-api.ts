import { errors } from '@nats-io/transport-node';
import { PatchbayError } from '@patchbay/contracts';

/** Milliseconds for one try. A question that was under way when its connection was lost is never answered. */
export const apiTryMs = 5_000;
/** Milliseconds after which JetStream counts as away. A busy machine that starts everything at once needs most of them. */
const giveUpMs = 60_000;

/**
 * Asks JetStream's API until it answers. Only for questions that may be asked twice, which everything is that a service
 * asks as it starts: to look something up, or to make what then exists already.
 * @throws PatchbayError `overloaded` when no answer came within `patienceMs`; whatever else `ask` throws.
 */
export async function untilAnswered<T>(what: string, ask: () => Promise<T>, patienceMs = giveUpMs): Promise<T> {
  const giveUpAt = performance.now() + patienceMs;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof errors.TimeoutError)) throw error;
      if (performance.now() < giveUpAt) continue;
      throw new PatchbayError('overloaded', {
        message: `NATS JetStream did not answer within ${Math.round(patienceMs / 1_000)} s (${what}). Is its server busy, or without a leader?`,
        cause: error,
      });
    }
  }
}
