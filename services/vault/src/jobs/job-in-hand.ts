import { setTimeout as wait } from 'node:timers/promises';
import type { VaultJob } from '@patchbay/contracts';
import type { JobInHand, JobStore, JobTimes } from './ports.ts';

/** The job is another process's by now, or this process ends. Whoever catches it does nothing more. */
export class JobLost extends Error {}

/**
 * A job that this process works on. Each writing names the revision before it: when another process took the job over,
 * the next one fails, and the work here ends.
 */
export function takeInHand(
  { store, times, now, signal }: { store: JobStore; times: JobTimes; now: () => Date; signal: AbortSignal },
  found: { job: VaultJob; revision: number },
): JobInHand {
  let { job, revision } = found;
  let savedAt = performance.now();

  async function save(change: Partial<VaultJob>): Promise<void> {
    if (signal.aborted) throw new JobLost();
    const next = { ...job, ...change, updated_at: now().toISOString() };
    const written = await store.put(next, revision);
    if (written === null) throw new JobLost();
    [job, revision, savedAt] = [next, written, performance.now()];
  }

  async function beat(change: Partial<VaultJob> = {}): Promise<void> {
    if (signal.aborted) throw new JobLost();
    if (performance.now() - savedAt >= times.beatMs) return save(change);
    job = { ...job, ...change };
  }

  return {
    get job() {
      return job;
    },
    save,
    beat,
    async rest(ms) {
      for (const until = performance.now() + ms; performance.now() < until; await beat())
        await wait(Math.min(times.beatMs, Math.max(1, until - performance.now())));
    },
  };
}
