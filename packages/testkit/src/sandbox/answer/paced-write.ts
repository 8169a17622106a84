import type { ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';

/**
 * Settles when the bytes were handed to the socket, or it is gone: back-pressure without a queue. Not before the next turn of
 * the event loop, for a socket that takes everything at once, or fails at once, would else keep all others from theirs.
 */
export function write(response: ServerResponse, bytes: Buffer): Promise<void> {
  return new Promise((resolve) => {
    response.once('close', resolve);
    response.write(bytes, () => {
      setImmediate(() => {
        response.off('close', resolve);
        resolve();
      });
    });
  });
}

/** False when the wait was ended by the signal. */
export async function paused(ms: number, signal: AbortSignal): Promise<boolean> {
  try {
    await wait(ms, undefined, { signal });
    return true;
  } catch {
    return false;
  }
}
