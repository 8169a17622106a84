import type { AuditClass, PurgeExpired, PurgeExpiredResult } from '@patchbay/contracts';
import { effectiveRetention } from '../../domain/effective-retention.ts';
import { type ActPorts, recordedAct } from '../recorded-act.ts';
import type { OldEvent, PurgeStore, RetentionStore } from './ports.ts';

export interface PurgePorts
  extends ActPorts,
    Pick<PurgeStore, 'readOld' | 'purge' | 'unheld'>,
    Pick<RetentionStore, 'readRules' | 'regimeOf'> {
  /** Unix milliseconds. */
  readonly now: () => number;
}

/** Where a walk over a tenant's events began and how it ended. */
export interface PurgeWalk extends PurgeExpiredResult {
  /** Everything before it was looked at, in Unix milliseconds; where the walk broke off when there is more. */
  readonly reachedMs: number;
}

const dayMs = 86_400_000;
/** Rows looked at in one statement, and of those the most whose bodies go in one transaction. */
const pageRows = 2_000;
const batchRows = 500;
/** Events whose bodies go before an answer ends. */
const maxPurged = 20_000;

/**
 * Takes the bodies of events that are past their time and under no hold; their leaves stay, so that every proof holds. What
 * happens is recorded before it does: without a record nothing goes.
 * @param sinceMs events before it are not looked at again.
 * @throws PatchbayError `audit_unavailable`.
 */
export function createPurgeExpired(
  ports: PurgePorts,
): (
  request: PurgeExpired,
  context: { traceId: string | null; automatic?: boolean; sinceMs?: number },
) => Promise<PurgeWalk> {
  return async ({ tenant, dry_run: dryRun }, { traceId, automatic = false, sinceMs = 0 }) => {
    const [rules, regime] = await Promise.all([ports.readRules(tenant), ports.regimeOf(tenant)]);
    const at = ports.now();
    const cutoffs = new Map(
      effectiveRetention(tenant, rules, regime).flatMap((one) =>
        one.days === null ? [] : [[one.class, at - one.days * dayMs] as const],
      ),
    );
    const nothing = { purged: {}, held: 0, more: false, reachedMs: Math.max(0, ...cutoffs.values()) };
    if (cutoffs.size === 0) return nothing;
    const walk = { tenant, cutoffs, sinceMs };
    if (dryRun) return walkOver(ports, walk, (ids) => ports.unheld(tenant, ids));
    // Nothing is recorded of a look that finds nothing.
    const first = await nextDue(ports, walk, { timeMs: sinceMs, eventId: '' });
    if (first === null) return nothing;
    return recordedAct(
      ports,
      {
        tenant,
        name: 'purged',
        target: { kind: 'audit_log', id: tenant },
        traceId,
        ...(automatic && { actor: { kind: 'service', id: 'audit' } as const }),
        facts: {
          ...Object.fromEntries([...cutoffs].map(([name, ms]) => [`${name}_before`, new Date(ms).toISOString()])),
        },
      },
      () => walkOver(ports, walk, (ids) => ports.purge(tenant, ids)),
      ({ purged, held, more }) => ({ ...purged, held, more }),
    );
  };
}

interface Walk {
  readonly tenant: string;
  /** What is before them is past its time, in Unix milliseconds, by class. */
  readonly cutoffs: ReadonlyMap<AuditClass, number>;
  readonly sinceMs: number;
}

interface Place {
  readonly timeMs: number;
  readonly eventId: string;
}

/** The next page with something past its time in it; null at the end. */
async function nextDue(
  { readOld }: Pick<PurgePorts, 'readOld'>,
  { tenant, cutoffs }: Walk,
  from: Place,
): Promise<{ readonly due: readonly OldEvent[]; readonly last: Place; readonly end: boolean } | null> {
  const beforeMs = Math.max(...cutoffs.values());
  for (let after = from; ; ) {
    const page = await readOld({ tenant, after, beforeMs, limit: pageRows });
    const last = page.at(-1);
    if (last === undefined) return null;
    const end = page.length < pageRows;
    const due = page.filter(
      ({ purged, class: auditClass, timeMs }) => !purged && timeMs < (cutoffs.get(auditClass) ?? 0),
    );
    if (due.length > 0) return { due, last, end };
    if (end) return null;
    after = last;
  }
}

async function walkOver(
  ports: Pick<PurgePorts, 'readOld'>,
  walk: Walk,
  take: (ids: readonly string[]) => Promise<readonly string[]>,
): Promise<PurgeWalk> {
  const purged: Partial<Record<AuditClass, number>> = {};
  let [went, held] = [0, 0];
  let place: Place = { timeMs: walk.sinceMs, eventId: '' };
  for (;;) {
    const found = await nextDue(ports, walk, place);
    if (found === null) return { purged, held, more: false, reachedMs: Math.max(...walk.cutoffs.values()) };
    for (let start = 0; start < found.due.length; start += batchRows) {
      const batch = found.due.slice(start, start + batchRows);
      const taken = new Set(await take(batch.map(({ eventId }) => eventId)));
      for (const event of batch) if (taken.has(event.eventId)) purged[event.class] = (purged[event.class] ?? 0) + 1;
      went += taken.size;
      held += batch.length - taken.size;
    }
    if (went >= maxPurged && !found.end) return { purged, held, more: true, reachedMs: found.last.timeMs };
    place = found.last;
  }
}
