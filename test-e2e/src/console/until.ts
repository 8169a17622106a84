import { setTimeout as delay } from 'node:timers/promises';

const pauseMs = 50;
const longestMs = 20_000;

/** Looks again and again until there is something, as `vi.waitFor` does, for scripts too. */
export async function until<T>(look: () => Promise<T | null>): Promise<T> {
  for (const end = performance.now() + longestMs; ; await delay(pauseMs)) {
    const found = await look();
    if (found !== null) return found;
    if (performance.now() > end) throw new Error('what was waited for did not come');
  }
}
