import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { StoredVaultJob, type VaultJob } from '@patchbay/contracts';
import type { Messaging } from '@patchbay/messaging';

export interface KilledAtWorkOptions {
  /** With a vault's rights. */
  readonly messaging: Messaging;
  /** Starts a vault of that name in a process of its own. Resolves when it serves. */
  readonly start: (instance: string) => Promise<ChildProcess>;
}

export interface FollowedJob {
  /** Where each vault was that was killed: step and rows done. */
  readonly points: readonly { readonly step: string; readonly done: number }[];
  /** The job when it is over. */
  readonly ended: Promise<VaultJob>;
}

/** Vaults of which whoever works on a job is killed, again and again, while others take its place. */
export async function startKilledVaults({ messaging, start }: KilledAtWorkOptions) {
  const vaults = new Map<string, ChildProcess>();
  const starting = new Set<Promise<void>>();
  const peaks: number[] = [];
  let started = 0;
  let over = false;

  async function add(): Promise<void> {
    const instance = `vault-${++started}`;
    vaults.set(instance, await start(instance));
  }
  function addBeside(): void {
    const one = add().finally(() => starting.delete(one));
    starting.add(one);
  }
  await Promise.all([add(), add()]);

  return {
    /** Most resident bytes that any vault had so far; 0 where the system does not say. */
    peakBytes: () => Math.max(0, ...peaks, ...[...vaults.values()].map(peakOf)),
    /**
     * Follows a job that is to be started, and kills whoever works on it when `isDue`; it gets how many were killed already.
     * When that is at once, whoever asks for the job gets no answer.
     */
    async follow(tenant: string, isDue: (job: VaultJob, killed: number) => boolean): Promise<FollowedJob> {
      const points: { step: string; done: number }[] = [];
      const ended = Promise.withResolvers<VaultJob>();
      const bucket = await messaging.bucket('vault_jobs');
      const following = await bucket.watch(tenant, ({ value }) => {
        if (value === null) return;
        const { job } = StoredVaultJob.parse(JSON.parse(Buffer.from(value).toString()));
        if (job.state !== 'running') return ended.resolve(job);
        const child = vaults.get(job.instance);
        if (over || child === undefined || !isDue(job, points.length)) return;
        peaks.push(peakOf(child));
        child.kill('SIGKILL');
        vaults.delete(job.instance);
        points.push({ step: job.step, done: job.done });
        addBeside();
      });
      return { points, ended: ended.promise.finally(() => following.unsubscribe()) };
    },
    async stop() {
      over = true;
      await Promise.allSettled(starting);
      for (const child of vaults.values()) child.kill('SIGKILL');
    },
  };
}

function peakOf({ pid }: ChildProcess): number {
  try {
    const [, kibibytes = '0'] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return Number(kibibytes) * 1_024;
  } catch {
    return 0;
  }
}
