import type { RedisReport } from '@patchbay/contracts';
import { inTime } from './in-time.ts';

/** Milliseconds for Redis to say how it is. */
const patienceMs = 200;

/** Redis as this process sees it. `askMemory` sends `INFO memory`, which providers allow where `CONFIG GET` is refused. */
export async function redisReport(askMemory: () => Promise<string>): Promise<RedisReport> {
  try {
    const lines = new Map(
      (await inTime(askMemory(), patienceMs, 'Redis'))
        .split(/\r?\n/)
        .map((line) => line.split(':', 2) as [string, string]),
    );
    const bytes = (name: string) => (/^\d+$/.test(lines.get(name) ?? '') ? Number(lines.get(name)) : null);
    return {
      answers: true,
      eviction: lines.get('maxmemory_policy') ?? null,
      used_bytes: bytes('used_memory'),
      // 0 is how Redis says that there is none.
      limit_bytes: bytes('maxmemory') || null,
    };
  } catch {
    return { answers: false, eviction: null, used_bytes: null, limit_bytes: null };
  }
}
