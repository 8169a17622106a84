import { createHash } from 'node:crypto';
import { type AuditData, idFrom } from '@patchbay/contracts';
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
  /** Milliseconds of a clock that nobody sets. */
  readonly elapsed: () => number;
  /** The newest message of stream `AUDIT`, and the one up to which the store has all of them. */
  readonly readProgress: () => Promise<{ readonly newest: number; readonly storedUpTo: number }>;
  /** Intents with `sinceMs <= time < beforeMs` that have neither an outcome nor a declaration, oldest first, one an execution. */
  readonly readUnended: (range: { sinceMs: number; beforeMs: number; limit: number }) => Promise<readonly Unended[]>;
  /** The same of intents by their place: behind one of the stream's messages, or in it behind an event, and up to another, in that order. */
  readonly readUnendedByPlace: (range: {
    after: Place;
    upTo: number;
    sinceMs: number;
    limit: number;
  }) => Promise<readonly Unended[]>;
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

/** An event in a message of the stream; `eventId` is empty for what comes before all of them. */
interface Place {
  readonly sequence: number;
  readonly eventId: string;
}

/** How far back intents are looked for: as long as the ledger of executions is kept. */
const lookBackMs = 7 * 86_400_000;
/** Milliseconds between two looks at all of that, whatever its place. */
const fullEveryMs = 3_600_000;
/** Moments that are kept at most, as half a minute apart in that time, while the store is behind. */
const mostMarks = 20_000;
const pageRows = 1_000;
/** Whoever records it: the instance does not matter, and would make the event another. */
const source = '/services/audit/reconciliation';

/** What the stream held at a moment of the clock that nobody sets. */
interface Mark {
  readonly at: number;
  readonly newest: number;
}

/**
 * Ends, in the record, what nobody ended: an intent that the stream has had for `afterMs`, and the store no outcome of, is declared
 * unknown, and a declaration whose outcome came later is said to be superseded. Each exactly once, however many replicas do it.
 *
 * How long the stream had it goes by its place, so that neither the clock of the executor counts nor how late it came. What came
 * before this process began to look is taken by its time, at the start; so is all of the last days each hour, for a stream that
 * began anew has its places from the start.
 * @returns a round. It records what the store lacks; what it recorded is seen by the rounds after the store took it.
 */
export function createReconcileExecutions(ports: ReconcilePorts, afterMs: number): () => Promise<void> {
  /** Oldest first. */
  let marks: readonly Mark[] = [];
  /** Everything up to this message was looked at by its place. */
  let lookedUpTo = 0;
  let fullAt = Number.NEGATIVE_INFINITY;
  /** Recorded by this process, and on their way to the store. */
  let recorded = new Set<string>();

  return async () => {
    const at = ports.elapsed();
    const progress = await ports.readProgress();
    if (progress.newest < (marks.at(-1)?.newest ?? 0)) {
      marks = [];
      lookedUpTo = 0;
    }
    marks = [...marks.slice(1 - mostMarks), { at, newest: progress.newest }];
    // The last moment of which the store has everything that the stream had.
    const known = marks.findLast(({ newest }) => newest <= progress.storedUpTo);
    if (known === undefined) return;
    const due = marks.findLastIndex((mark) => known.at - mark.at >= afterMs);
    const dueUpTo = marks[due]?.newest ?? 0;
    const full = at - fullAt >= fullEveryMs;
    const sinceMs = Math.max(0, ports.now() - lookBackMs);
    const before = recorded;
    recorded = new Set();
    let declared = 0;
    if (full) declared += await declareAll(before, byTime(sinceMs, ports.now() - (at - known.at) - afterMs));
    if (dueUpTo > lookedUpTo) declared += await declareAll(before, byPlace(lookedUpTo, dueUpTo, sinceMs));
    const ended = await ports.readSuperseded({ sinceMs, limit: pageRows });
    const superseded = await recordAll(before, ended.map(supersede));
    lookedUpTo = Math.max(lookedUpTo, dueUpTo);
    marks = marks.slice(Math.max(0, due));
    if (full) fullAt = at;
    if (declared + superseded > 0) ports.report(declared, superseded);
  };

  async function* byTime(sinceMs: number, beforeMs: number): AsyncGenerator<readonly Unended[]> {
    for (let from = sinceMs; from < beforeMs; ) {
      const page = await ports.readUnended({ sinceMs: from, beforeMs, limit: pageRows });
      yield page;
      const last = page.at(-1);
      if (page.length < pageRows || last === undefined) return;
      // Those of the same millisecond come again, and are the same.
      from = Math.max(from + 1, last.intendedAtMs);
    }
  }

  async function* byPlace(behind: number, upTo: number, sinceMs: number): AsyncGenerator<readonly Unended[]> {
    for (let after: Place = { sequence: behind + 1, eventId: '' }; ; ) {
      const page = await ports.readUnendedByPlace({ after, upTo, sinceMs, limit: pageRows });
      yield page;
      const last = page.at(-1);
      if (page.length < pageRows || last === undefined) return;
      after = { sequence: last.sequence, eventId: last.intent.id };
    }
  }

  async function declareAll(before: ReadonlySet<string>, pages: AsyncIterable<readonly Unended[]>): Promise<number> {
    let count = 0;
    for await (const page of pages)
      count += await recordAll(
        before,
        page.map((one) => declareUnknown(one, afterMs)),
      );
    return count;
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
