import { pause } from './deadline.ts';
import type { HeardFinish, KeepLedger } from './ports.ts';

type Found = Awaited<ReturnType<KeepLedger['read']>>;

/** One key that repeats wait for. All repeats in this process share its subscription and its reads. */
export interface FollowedKey {
  /** What the ledger holds now. */
  read(): Promise<Found>;
  /** Settles when its execution has been said to have finished since `read` began, after `ms` milliseconds, or when the signal aborts. */
  changed(ms: number, signal: AbortSignal): Promise<void>;
  close(): void;
}

export interface FollowKeys {
  /** Follow first and read then, so that nothing that happens in between is missed. */
  follow(tenant: string, key: string, executionId: string): FollowedKey;
}

interface Shared {
  followers: number;
  reading: Promise<Found> | null;
  finished: AbortController;
  readonly stop: () => void;
}

/** Follows keys by the `finished` event of the execution that holds them, so that no number of repeats polls the ledger. */
export function createFollowKeys(ledger: Pick<KeepLedger, 'read'>, finishes: HeardFinish): FollowKeys {
  const followed = new Map<string, Shared>();

  function open(name: string, tenant: string, executionId: string): Shared {
    const shared: Shared = {
      followers: 0,
      reading: null,
      finished: new AbortController(),
      stop: finishes.onFinished(tenant, executionId, () => {
        // A read that began before this may not show what happened.
        shared.reading = null;
        shared.finished.abort();
        shared.finished = new AbortController();
      }),
    };
    followed.set(name, shared);
    return shared;
  }

  return {
    follow(tenant, key, executionId) {
      const name = JSON.stringify([tenant, key, executionId]);
      const shared = followed.get(name) ?? open(name, tenant, executionId);
      shared.followers++;
      let sinceRead = shared.finished.signal;
      return {
        read() {
          // A finish while this is being read counts as a change after it.
          sinceRead = shared.finished.signal;
          if (shared.reading !== null) return shared.reading;
          const reading = ledger.read(tenant, key).finally(() => {
            if (shared.reading === reading) shared.reading = null;
          });
          shared.reading = reading;
          return reading;
        },
        changed: (ms, signal) => pause(ms, AbortSignal.any([signal, sinceRead])),
        close() {
          if (--shared.followers > 0) return;
          shared.stop();
          followed.delete(name);
        },
      };
    },
  };
}
