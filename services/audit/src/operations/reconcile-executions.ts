import { createHash } from 'node:crypto';
import { type AuditData, idFrom } from '@patchbay/contracts';
import type { LateIntents } from '../domain/late-intents.ts';
import {
  declareUnknown,
  type Reconciliation,
  type Superseded,
  supersede,
  type Unended,
} from '../domain/reconciliation.ts';

export interface ReconcilePorts {
  /** Unix milliseconds. */
  readonly now: () => number;
  /** The newest message of stream `AUDIT`, and the one up to which the store has all of them. */
  readonly readProgress: () => Promise<{ readonly newest: number; readonly storedUpTo: number }>;
  /** Intents with `sinceMs <= time < beforeMs` that have neither an outcome nor a declaration, oldest first, one an execution. */
  readonly readUnended: (range: { sinceMs: number; beforeMs: number; limit: number }) => Promise<readonly Unended[]>;
  /** Intents that this process stored long after their time, by when it did. */
  readonly lateIntents: Pick<LateIntents, 'oldestStoredBefore' | 'forgetStoredBefore'>;
  /** Declarations since a time whose outcome came, and of which nothing was said yet. */
  readonly readSuperseded: (range: { sinceMs: number; limit: number }) => Promise<readonly Superseded[]>;
  /** Settles when the event is durable. @throws PatchbayError `audit_unavailable`. */
  readonly record: (entry: {
    tenant: string;
    class: 'reconciliation';
    type: Reconciliation['type'];
    subject: string;
    data: AuditData;
    fixed: { id: string; time: string; source: string };
  }) => Promise<void>;
  /** Executions that were declared unknown, and declarations that were superseded, in one round. */
  readonly report: (declared: number, superseded: number) => void;
}

/** How far back intents are looked for: as long as the ledger of executions is kept. */
const lookBackMs = 7 * 86_400_000;
/** Milliseconds between two looks at all of that; in between only what became old enough since is looked at. */
const fullEveryMs = 3_600_000;
/** What came to the store out of its time by less than this is found by its time alone. */
const overlapMs = 300_000;
const pageRows = 1_000;
/** Whoever records it: the instance does not matter, and would make the event another. */
const source = '/services/audit/reconciliation';

/**
 * Ends, in the record, what nobody ended: an intent that is older than `afterMs` and has no outcome is declared unknown, and a
 * declaration whose outcome came later is said to be superseded. Each exactly once, however many replicas do it.
 * @returns a round. It records what the store lacks; what it recorded is seen by the rounds after the store took it.
 */
export function createReconcileExecutions(ports: ReconcilePorts, afterMs: number): () => Promise<void> {
  /** What the stream held when, newest last. */
  let marks: { readonly at: number; readonly newest: number }[] = [];
  /** Everything recorded before it was looked at. Unix milliseconds. */
  let lookedUpTo: number | null = null;
  let fullAt = Number.NEGATIVE_INFINITY;
  /** Recorded by this process, and on their way to the store. */
  let recorded = new Set<string>();

  return async () => {
    const at = ports.now();
    const horizon = await storedSince(at);
    if (horizon === null) return;
    const full = at - fullAt >= fullEveryMs;
    const beforeMs = horizon - afterMs;
    // What came late has its outcome, if it has one, right behind it: it is given as long as others are.
    const late = ports.lateIntents.oldestStoredBefore(beforeMs) ?? beforeMs;
    const sinceMs = full || lookedUpTo === null ? at - lookBackMs : Math.min(lookedUpTo - overlapMs, late);
    const before = recorded;
    recorded = new Set();
    const declared = await recordAll(before, await allUnended(Math.max(0, sinceMs), beforeMs));
    const ended = await ports.readSuperseded({ sinceMs: Math.max(0, at - lookBackMs), limit: pageRows });
    const superseded = await recordAll(before, ended.map(supersede));
    lookedUpTo = beforeMs;
    ports.lateIntents.forgetStoredBefore(beforeMs);
    if (full) fullAt = at;
    if (declared + superseded > 0) ports.report(declared, superseded);
  };

  /** The last moment of which the store has everything that the stream had; null when that is not known yet. */
  async function storedSince(at: number): Promise<number | null> {
    const { newest, storedUpTo } = await ports.readProgress();
    marks.push({ at, newest });
    const reached = marks.findLastIndex((mark) => mark.newest <= storedUpTo);
    if (reached === -1) {
      marks = marks.slice(-1_000);
      return null;
    }
    marks = marks.slice(reached);
    return (marks[0] as { at: number }).at;
  }

  async function allUnended(sinceMs: number, beforeMs: number): Promise<Reconciliation[]> {
    const found: Reconciliation[] = [];
    for (let from = sinceMs; from < beforeMs; ) {
      const page = await ports.readUnended({ sinceMs: from, beforeMs, limit: pageRows });
      for (const one of page) found.push(declareUnknown(one, afterMs));
      const last = page.at(-1);
      if (page.length < pageRows || last === undefined) break;
      // Those of the same millisecond come again, and are the same.
      from = Math.max(from + 1, last.intendedAtMs);
    }
    return found;
  }

  async function recordAll(before: ReadonlySet<string>, all: readonly Reconciliation[]): Promise<number> {
    let count = 0;
    for (const one of all) {
      const id = idOf(one);
      const known = before.has(id) || recorded.has(id);
      recorded.add(id);
      if (known) continue;
      try {
        await ports.record({
          tenant: one.tenant,
          class: 'reconciliation',
          type: one.type,
          subject: one.executionId,
          data: one.data,
          fixed: { id, time: new Date(one.timeMs).toISOString(), source },
        });
      } catch (error) {
        recorded.delete(id);
        throw error;
      }
      count++;
    }
    return count;
  }
}

/** The same for the same execution and type, from whichever replica. */
function idOf({ tenant, type, executionId, timeMs }: Reconciliation): string {
  const digest = createHash('sha256').update(`${type}\n${tenant}\n${executionId}`).digest();
  return idFrom('auditEvent', timeMs, digest);
}
