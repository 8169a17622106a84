import { setTimeout as delay } from 'node:timers/promises';
import type { HostedService } from '@patchbay/launcher';
import { startAnother } from './process-faults.ts';
import type { Stage } from './stage.ts';

/** Milliseconds between two looks. */
const everyMs = 500;

/** Starts a process in the place of one that ended by itself, as every installation has something that does; and remembers which did. */
export class Supervisor {
  readonly #stage: Stage;
  readonly #seen = new Set<HostedService>();
  readonly #ending = new AbortController();
  readonly #looking: Promise<void>;

  constructor(stage: Stage) {
    this.#stage = stage;
    this.#looking = this.#look();
    // Awaited at the end.
    this.#looking.catch(() => {});
  }

  /** Instances that ended, though no fault was to end them. */
  get ended(): string[] {
    return [...this.#seen].map(({ instance }) => instance);
  }

  /** Resolves when all that ended so far have been replaced, and looks no more. @throws Error when one cannot be started. */
  async stop(): Promise<void> {
    this.#ending.abort();
    await this.#looking;
    await this.#replace();
  }

  async #look(): Promise<void> {
    while (!this.#ending.signal.aborted) {
      await this.#replace();
      await delay(everyMs);
    }
  }

  async #replace(): Promise<void> {
    const { system, meantToEnd } = this.#stage;
    for (const one of [...system.patchbay.services]) {
      if (!one.ended || meantToEnd.has(one) || this.#seen.has(one)) continue;
      this.#seen.add(one);
      await startAnother(this.#stage, one.service);
    }
  }
}
