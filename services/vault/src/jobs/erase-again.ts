import { setTimeout as wait } from 'node:timers/promises';
import type { Report } from '../operations/ports.ts';
import type { JobTimes } from './ports.ts';

/** What was erased of a tenant: connections, or, without any, all of it. */
export interface Erased {
  readonly tenant: string;
  readonly connections: readonly string[];
}

export interface EraseAgainPorts {
  readonly erased: readonly Erased[];
  /** What of it is in the store as if it had never been erased; null: nothing. */
  readonly backOf: (erased: Erased) => Promise<Erased | null>;
  /** Begins an erasure, or finds the one under way. */
  readonly start: (back: Erased) => Promise<unknown>;
  readonly report: Report;
  readonly times: Pick<JobTimes, 'retryMs'>;
}

/**
 * Erases anew what came back with a restored store. Until that is done it is refused anyway. Tries again what fails, until
 * the signal.
 */
export async function eraseAgain(ports: EraseAgainPorts, signal: AbortSignal): Promise<void> {
  for (const erased of ports.erased) {
    while (!signal.aborted) {
      try {
        const back = await ports.backOf(erased);
        if (back === null) break;
        ports.report('warn', 'what was erased is in the store again, and is erased anew', { ...back });
        await ports.start(back);
        break;
      } catch (error) {
        ports.report('warn', 'what was erased could not be erased anew yet', { tenant: erased.tenant, err: error });
        await wait(ports.times.retryMs, undefined, { signal, ref: false }).catch(() => {});
      }
    }
  }
}
