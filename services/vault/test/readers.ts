import { setTimeout as wait } from 'node:timers/promises';

export interface Reads {
  done: number;
  /** What was read in place of the token, or the error. */
  readonly failed: unknown[];
}

export interface ReadersOptions {
  readonly lanes: number;
  /** Milliseconds that a lane waits after a read: the load is a rate, so that it does not take what it is to disturb. */
  readonly restMs: number;
  /** The names to read, one after the other; it may grow. */
  readonly names: readonly string[];
  readonly read: (name: string) => Promise<string>;
  readonly isRight: (name: string, token: unknown) => boolean;
}

/** Reads tokens all the time until `stop`. */
export function startReaders({ lanes, restMs, names, read, isRight }: ReadersOptions): {
  readonly reads: Reads;
  stop(): Promise<void>;
} {
  const reads: Reads = { done: 0, failed: [] };
  let over = false;
  const reading = Array.from({ length: lanes }, async (_, lane) => {
    for (let i = lane; !over; i += 2 * lanes - 1) {
      const name = names[i % names.length] as string;
      const found = await read(name).catch((error: unknown) => error);
      if (!isRight(name, found)) reads.failed.push(found);
      reads.done++;
      await wait(restMs);
    }
  });
  return {
    reads,
    async stop() {
      over = true;
      await Promise.all(reading);
    },
  };
}
