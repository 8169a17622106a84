import { setTimeout as delay } from 'node:timers/promises';
import { seededRandom } from '@patchbay/testkit';
import type { FaultSystem } from './fault-system.ts';

export interface Killer {
  readonly kills: number;
  /** Ends the killing; settles when the last replacement is up. */
  stop(): Promise<void>;
}

/** Kills a random executor with SIGKILL every `everyMs` on average, and starts another in its place. */
export function killAtRandom(system: FaultSystem, everyMs: number): Killer {
  const random = seededRandom(system.seed);
  const ending = new AbortController();
  const starting: Promise<unknown>[] = [];
  let kills = 0;
  const running = (async () => {
    while (!ending.signal.aborted) {
      try {
        await delay(everyMs * (0.5 + random()), undefined, { signal: ending.signal });
      } catch {
        return;
      }
      const executors = system.executors();
      if (executors.length < 2) continue; // somebody must be left to answer
      executors[Math.floor(random() * executors.length)]?.kill('SIGKILL');
      kills++;
      starting.push(system.patchbay.addService('executor'));
    }
  })();
  return {
    get kills() {
      return kills;
    },
    async stop() {
      ending.abort();
      await running;
      await Promise.all(starting);
    },
  };
}
