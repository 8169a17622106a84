import { toErrorBody, type VaultJob, type VaultJobKind } from '@patchbay/contracts';
import type { Report } from '../operations/ports.ts';
import type { RecordJob } from './audit-job.ts';
import { JobLost, takeInHand } from './job-in-hand.ts';
import type { JobStore, JobTimes, JobWork } from './ports.ts';

export interface JobRunnerOptions {
  readonly store: JobStore;
  readonly work: Readonly<Record<VaultJobKind, JobWork>>;
  /** Called with each job that is there, and whenever one changes. */
  readonly onJob: (job: VaultJob) => void;
  readonly recordJob: RecordJob;
  readonly report: Report;
  readonly now: () => Date;
  readonly instance: string;
  readonly times: JobTimes;
  /** Whether this process is configured for the job; else it leaves the job to others. */
  readonly isForUs: (job: VaultJob) => boolean;
}

export interface JobRunner {
  /** Begins with a job that was just written down. */
  begin(found: { job: VaultJob; revision: number }): void;
  /** Every job that is known, newest first. */
  jobs(): VaultJob[];
  /** Leaves jobs where they are; another process, or this one when it is back, goes on. */
  stop(): Promise<void>;
}

interface Known {
  readonly job: VaultJob;
  readonly revision: number;
  /** `performance.now()` when this process saw the revision: no two clocks are compared. */
  readonly seenAt: number;
}

/** Follows all jobs, works on those begun here, and goes on with those whose process gives no sign of life any more. */
export async function startJobRunner(options: JobRunnerOptions): Promise<JobRunner> {
  const { store, times, now, instance, report } = options;
  const known = new Map<string, Known>();
  const inHand = new Map<string, Promise<void>>();
  const ending = new AbortController();

  const following = await store.follow(
    ({ job, revision }) => {
      known.set(job.tenant, { job, revision, seenAt: performance.now() });
      options.onJob(job);
    },
    (key) => report('error', 'a stored job is not what a vault wrote: the store may have been changed', { key }),
  );

  function begin(found: { job: VaultJob; revision: number }): void {
    const { tenant } = found.job;
    const after = inHand.get(tenant) ?? Promise.resolve();
    const run = after
      .then(() => carryOut(found))
      .finally(() => {
        if (inHand.get(tenant) === run) inHand.delete(tenant);
      });
    inHand.set(tenant, run);
  }

  async function carryOut(found: { job: VaultJob; revision: number }): Promise<void> {
    const hand = takeInHand({ store, times, now, signal: ending.signal }, found);
    for (;;) {
      try {
        await options.work[hand.job.kind](hand);
        await hand.save({ state: 'done', step: 'done', error: null, finished_at: now().toISOString() });
        return await options.recordJob(hand.job, 'succeeded');
      } catch (error) {
        if (error instanceof JobLost) return;
        const { code, message, retryable } = toErrorBody(error);
        report(retryable ? 'warn' : 'error', 'a job of the vault did not get on', { ...factsOf(hand.job), err: error });
        const settled = await settle(hand, { code, message, retryable });
        if (settled) return;
      }
    }
  }

  /** True when the job is over for this process. */
  async function settle(
    hand: ReturnType<typeof takeInHand>,
    { code, message, retryable }: { code: string; message: string; retryable: boolean },
  ): Promise<boolean> {
    try {
      if (retryable) {
        await hand.save({ error: `Waits: ${message}` });
        await hand.rest(times.retryMs);
        return false;
      }
      await hand.save({ state: 'failed', error: message, finished_at: now().toISOString() });
      await options.recordJob(hand.job, 'failed', code);
      return true;
    } catch (error) {
      // Lost, or the store is away: whoever finds the job without a sign of life goes on.
      if (!(error instanceof JobLost)) report('warn', 'a job was left', { ...factsOf(hand.job), err: error });
      return true;
    }
  }

  async function takeOver({ job, revision }: Known): Promise<void> {
    const taken: VaultJob = { ...job, instance, takeovers: job.takeovers + 1, updated_at: now().toISOString() };
    const written = await store.put(taken, revision);
    if (written !== null) begin({ job: taken, revision: written });
  }

  const looking = setInterval(() => {
    for (const one of known.values()) {
      if (one.job.state !== 'running' || inHand.has(one.job.tenant) || !options.isForUs(one.job)) continue;
      if (performance.now() - one.seenAt < times.takeoverMs) continue;
      known.set(one.job.tenant, { ...one, seenAt: performance.now() });
      takeOver(one).catch((error: unknown) =>
        report('warn', 'a job could not be gone on with', { ...factsOf(one.job), err: error }),
      );
    }
  }, times.takeoverMs / 4);
  looking.unref();

  return {
    begin,
    jobs: () => [...known.values()].map(({ job }) => job).sort((a, b) => (a.id < b.id ? 1 : -1)),
    async stop() {
      clearInterval(looking);
      following.unsubscribe();
      ending.abort();
      await Promise.allSettled(inHand.values());
    },
  };
}

const factsOf = ({ id, kind, tenant }: VaultJob) => ({ job: id, kind, tenant });
