import { randomUUID } from 'node:crypto';
import { events } from '@patchbay/contracts';
import type { Messaging } from '@patchbay/messaging';

/** Milliseconds between two signs of life, and after which one that gives none counts as gone. */
const beatMs = 2_000;
const goneAfterMs = 3 * beatMs;

export interface Fleet {
  /** What this process calls itself, unlike any other. */
  readonly process: string;
  /** The others, as far as they are known to be alive. */
  others(): readonly string[];
  /** Executors alive, this one among them. */
  readonly size: number;
  /** Says that it goes. */
  close(): void;
}

/** Knows which executors there are: each tells the others that it is there, at once when it hears of a new one. */
export function joinFleet(messaging: Pick<Messaging, 'publishEvent' | 'subscribeEvent'>): Fleet {
  const own = randomUUID();
  /** When each other one was last heard of. */
  const heard = new Map<string, number>();

  function beat(leaving = false): void {
    messaging.publishEvent(events.executorAlive, {}, { process: own, leaving });
  }

  const subscription = messaging.subscribeEvent(events.executorAlive, {}, ({ process, leaving }) => {
    if (process === own) return;
    if (leaving) return void heard.delete(process);
    const isNew = !heard.has(process);
    heard.set(process, performance.now());
    if (isNew) beat();
  });
  const beating = setInterval(() => {
    const gone = performance.now() - goneAfterMs;
    for (const [process, at] of heard) if (at < gone) heard.delete(process);
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
