import type { NewEvent } from './event-facts.ts';
import { type ClaimEvents, NotPersisted, type PersistEvents } from './ports.ts';

export interface SettleLaterPorts {
  readonly stream: Pick<PersistEvents, 'publish'>;
  readonly claims: Pick<ClaimEvents, 'extend'>;
}

export interface SettleLater {
  /** Finds out what became of an event whose publish was not answered, and makes its claim last or gives it back. */
  settle(
    one: NewEvent,
    token: string | null,
    ends: { readonly promote: () => Promise<void>; readonly release: () => Promise<void> },
  ): void;
  /** Events in question. */
  readonly open: number;
  stop(): void;
}

/** Events in question at once; for what comes beyond, the stream's own window is all there is. */
const maxOpen = 1_000;
/** Milliseconds between two tries, and for which they go on: less than the stream's window for duplicates. */
const times = { gapMs: 1_000, forMs: 300_000 };

/**
 * Publishes again, under the same message id, what the stream did not answer to. The stream keeps one copy, and its answer
 * says that it has one: then the vendor's next try is a duplicate, however late it comes.
 */
export function createSettleLater({ stream, claims }: SettleLaterPorts, { gapMs, forMs } = times): SettleLater {
  const stopping = new AbortController();
  let open = 0;

  async function run(
    one: NewEvent,
    token: string | null,
    { promote, release }: Parameters<SettleLater['settle']>[2],
  ): Promise<void> {
    const giveUpAt = performance.now() + forMs;
    while (performance.now() < giveUpAt && !stopping.signal.aborted) {
      await new Promise((resolve) => setTimeout(resolve, gapMs).unref());
      if (one.claim !== null && token !== null) await claims.extend(one.claim, token).catch(() => {});
      try {
        await stream.publish(one.event, one.payload);
        return await promote();
      } catch (error) {
        // Not now: but the first try may still be on its way, so the question stays open.
        if (!(error instanceof NotPersisted)) continue;
      }
    }
    await release();
  }

  return {
    get open() {
      return open;
    },
    settle(one, token, ends) {
      if (open >= maxOpen || stopping.signal.aborted) return;
      open++;
      run(one, token, ends)
        .catch(() => {})
        .finally(() => open--);
    },
    stop: () => stopping.abort(),
  };
}
