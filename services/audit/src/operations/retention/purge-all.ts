import type { PurgeExpired } from '@patchbay/contracts';
import type { PurgeStore } from './ports.ts';
import type { PurgeWalk } from './purge-expired.ts';

export interface PurgeAllPorts extends Pick<PurgeStore, 'tenants'> {
  /** Unix milliseconds. */
  readonly now: () => number;
  readonly purgeExpired: (
    request: PurgeExpired,
    context: { traceId: null; automatic: boolean; sinceMs: number },
  ) => Promise<PurgeWalk>;
  /** Hears what went of a tenant's log. */
  readonly onPurged: (tenant: string, purged: PurgeWalk['purged'], held: number) => void;
  readonly stopping: () => boolean;
}

export interface PurgeAll {
  /** Goes through every tenant's log. Rejects with the first failure. */
  run(): Promise<void>;
  /** Has the whole of a tenant's log looked at the next time: something may go that was held before. */
  lookAgain(tenant: string): void;
}

/** Milliseconds by which events may come later than their time and are looked at still, and after which all of a log is. */
const lateMs = 2 * 86_400_000;
const wholeEveryMs = 86_400_000;

/** The purge that the service makes by itself. What was gone through is not gone through again for a day. */
export function createPurgeAll({ now, tenants, purgeExpired, onPurged, stopping }: PurgeAllPorts): PurgeAll {
  const looked = new Map<string, { readonly wholeAt: number; readonly reachedMs: number }>();

  async function purge(tenant: string): Promise<void> {
    const before = looked.get(tenant);
    const isWhole = before === undefined || now() - before.wholeAt >= wholeEveryMs;
    let sinceMs = isWhole ? 0 : Math.max(0, before.reachedMs - lateMs);
    const wholeAt = isWhole ? now() : before.wholeAt;
    for (;;) {
      if (stopping()) return;
      const walk = await purgeExpired({ tenant, dry_run: false }, { traceId: null, automatic: true, sinceMs });
      if (Object.keys(walk.purged).length > 0) onPurged(tenant, walk.purged, walk.held);
      if (!walk.more) return void looked.set(tenant, { wholeAt, reachedMs: walk.reachedMs });
      sinceMs = walk.reachedMs;
    }
  }

  return {
    async run() {
      for (const tenant of await tenants()) await purge(tenant);
    },
    lookAgain: (tenant) => void looked.delete(tenant),
  };
}
