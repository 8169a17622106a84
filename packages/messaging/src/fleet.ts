import { randomUUID } from 'node:crypto';
import type { EventRoute, ProcessAlive } from '@patchbay/contracts';
import type { Messaging } from './types.ts';

/** Milliseconds between two signs of life, and after which one that gives none counts as gone. */
const beatMs = 2_000;
const goneAfterMs = 3 * beatMs;

export interface Fleet {
  /** What this process calls itself, unlike any other. */
  readonly process: string;
  /** The others, as far as they are known to be alive. */
  others(): readonly string[];
  /** Processes alive, this one among them. */
  readonly size: number;
  /** Says that it goes. */
  close(): void;
}

/**
 * Knows which processes of a service there are: each tells the others on `route` that it is there, at once when it hears of a
 * new one. `onChange`: there are more or fewer than before.
 */
export function joinFleet(
  messaging: Pick<Messaging, 'publishEvent' | 'subscribeEvent'>,
  route: EventRoute<typeof ProcessAlive>,
  onChange: () => void = () => {},
): Fleet {
  const own = randomUUID();
  /** When each other one was last heard of. */
  const heard = new Map<string, number>();

  function beat(leaving = false): void {
    messaging.publishEvent(route, {}, { process: own, leaving });
  }

  const subscription = messaging.subscribeEvent(route, {}, ({ process, leaving }) => {
    if (process === own) return;
    if (leaving) {
      if (heard.delete(process)) onChange();
      return;
    }
    const isNew = !heard.has(process);
    heard.set(process, performance.now());
    if (!isNew) return;
    beat();
    onChange();
  });
  const beating = setInterval(() => {
    const gone = performance.now() - goneAfterMs;
    const before = heard.size;
    for (const [process, at] of heard) if (at < gone) heard.delete(process);
    if (heard.size < before) onChange();
    beat();
  }, beatMs).unref();
  beat();

  return {
    process: own,
    others: () => [...heard.keys()],
    get size() {
      return heard.size + 1;
    },
    close() {
      clearInterval(beating);
      subscription.unsubscribe();
      beat(true);
    },
  };
}
