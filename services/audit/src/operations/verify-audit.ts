import {
  type AuditProblem,
  type LogVerdict,
  maxAuditProblems,
  type VerifyAudit,
  type VerifyAuditResult,
} from '@patchbay/contracts';
import type { AuditRow } from '../domain/audit-row.ts';
import { checkMessage, type PlacedRow, type ReceivedMessage, type VerifyMac } from '../domain/check-message.ts';
import { differenceOf, type StoredEvent } from '../domain/stored-event.ts';
import type { RecordAudit } from './query-audit.ts';

export interface VerifyAuditPorts {
  /** Unix milliseconds. */
  readonly now: () => number;
  readonly verify: VerifyMac;
  /** Sequence of the stream up to which the projection has to have every message. */
  readonly readStoredUpTo: () => Promise<number>;
  /** Pages of the tenant's messages in the stream's order, behind a sequence or from a time on; `left` are to come. */
  readonly readMessages: (
    tenant: string,
    after: number | Date,
    pageRows: number,
  ) => AsyncIterable<{ readonly messages: readonly ReceivedMessage[]; readonly left: number }>;
  /** The first sequence that the stream still has, and the last that it gave out. */
  readonly readBounds: () => Promise<{ readonly first: number; readonly last: number }>;
  /** Those of the ids that are stored. @throws PatchbayError `audit_unavailable`. */
  readonly readStored: (ids: readonly string[]) => Promise<readonly StoredEvent[]>;
  /** Ids that the projection claims for the tenant out of messages in the range, both ends included. */
  readonly readClaimed: (
    range: Range & {
      /** Unix milliseconds: events outside are not looked for. */
      readonly sinceMs: number;
      readonly untilMs: number;
    },
  ) => Promise<readonly { readonly event_id: string; readonly stream_sequence: number }[]>;
  /** As `createVerifyLog` says. */
  readonly verifyLog: (tenant: string, from: number) => Promise<LogVerdict>;
  readonly record: RecordAudit;
}

interface Range {
  readonly tenant: string;
  readonly first: number;
  readonly last: number;
}

interface Found {
  messages: number;
  pending: number;
  readonly problems: AuditProblem[];
  /** Events that are proven, and their times in Unix milliseconds. */
  readonly brought: Map<string, number>;
}

const pageRows = 50;
/** Events after which an answer ends, however few messages brought them. */
const maxEvents = 20_000;
/** Milliseconds by which the times of a page's events may miss those of what is claimed for it. */
const slackMs = 86_400_000;

/**
 * Holds what is stored against what producers wrote: every message of the stream must bear its producer's MAC, and the
 * projection must say of its events what it says, and nothing that it does not. Beside it the log against its checkpoints. The look
 * is itself recorded.
 * @throws PatchbayError `audit_unavailable`.
 */
export function createVerifyAudit({
  now,
  verify,
  readStoredUpTo,
  readMessages,
  readBounds,
  readStored,
  readClaimed,
  verifyLog,
  record,
}: VerifyAuditPorts): (request: VerifyAudit, context: { traceId: string | null }) => Promise<VerifyAuditResult> {
  return async (request, { traceId }) => {
    const { tenant, limit } = request;
    const start = request.after ?? (request.from === undefined ? 0 : new Date(request.from));
    const found: Found = { messages: 0, pending: 0, problems: [], brought: new Map() };
    // Before anything is read: what comes behind it may be on its way, however old its events are. A spool brings them late.
    const storedUpTo = await readStoredUpTo();
    let first = typeof start === 'number' ? start + 1 : null;
    let last = first;
    let next: number | null = null;
    for await (const { messages, left } of readMessages(tenant, start, Math.min(pageRows, limit))) {
      const taken = messages.slice(0, limit - found.messages);
      if (taken.length === 0) break;
      await look(taken, storedUpTo, found);
      first ??= taken[0]?.sequence ?? 0;
      last = taken.at(-1)?.sequence ?? first;
      if (found.messages < limit && found.brought.size < maxEvents) continue;
      next = taken.length < messages.length || left > 0 ? last : null;
      break;
    }
    if (first !== null && last !== null) await lookForClaims({ tenant, first, last, toTheEnd: next === null }, found);
    const logFrom = request.log_from ?? (request.after === undefined ? 0 : null);
    const log = logFrom === null ? null : await verifyLog(tenant, logFrom);
    const problems = found.problems.sort((a, b) => a.sequence - b.sequence);
    const sums = { messages: found.messages, events: found.brought.size, pending: found.pending };
    await record({
      tenant,
      class: 'query',
      type: 'dev.patchbay.audit.verified',
      data: {
        actor: { kind: 'admin', id: 'admin' },
        target: { kind: 'audit_log', id: tenant },
        outcome: 'succeeded',
        ...(traceId !== null && { trace_id: traceId }),
        facts: { messages: sums.messages, events: sums.events, problems: problems.length + (log?.problem_count ?? 0) },
      },
    });
    return {
      proof: 'mac',
      ...sums,
      problem_count: problems.length,
      problems: problems.slice(0, maxAuditProblems),
      next,
      log,
    };
  };

  async function look(messages: readonly ReceivedMessage[], storedUpTo: number, found: Found): Promise<void> {
    const rows: PlacedRow[] = [];
    for (const message of messages) {
      const checked = checkMessage(message, verify);
      rows.push(...checked.rows);
      for (const { sequence, reason } of checked.quarantined)
        found.problems.push({ sequence, event_id: null, what: reason });
    }
    found.messages += messages.length;
    const stored = new Map((await readStored(rows.map(({ row }) => row.event_id))).map((one) => [one.event_id, one]));
    for (const { row } of rows) {
      found.brought.set(row.event_id, Date.parse(row.time));
      const what = verdictOf(row, stored.get(row.event_id), storedUpTo);
      if (what === 'pending') found.pending += 1;
      else if (what !== null) found.problems.push({ sequence: row.stream_sequence, event_id: row.event_id, what });
    }
  }

  /**
   * The other way round: what the projection says came in these messages, and did not. `toTheEnd`: or behind all that the stream
   * has, as after a stream was restored from a backup that is older than the projection.
   */
  async function lookForClaims(
    { tenant, first, last, toTheEnd }: Range & { readonly toTheEnd: boolean },
    found: Found,
  ): Promise<void> {
    let [since, until] = [now(), toTheEnd ? now() : 0];
    for (const time of found.brought.values()) {
      since = Math.min(since, time);
      until = Math.max(until, time);
    }
    const claims = await readClaimed({
      tenant,
      first,
      last: toTheEnd ? Number.MAX_SAFE_INTEGER : last,
      sinceMs: Math.max(0, since - slackMs),
      untilMs: until + slackMs,
    });
    // Asked afterwards, so that what expired or was stored while we read is not called missing.
    const bounds = await readBounds();
    for (const { stream_sequence: sequence, event_id } of claims) {
      if (sequence < bounds.first || (sequence > last && sequence <= bounds.last)) continue;
      if (!found.brought.has(event_id)) found.problems.push({ sequence, event_id, what: 'not_in_stream' });
    }
  }
}

function verdictOf(row: AuditRow, stored: StoredEvent | undefined, storedUpTo: number): string | null {
  if (stored !== undefined) return differenceOf(row, stored);
  return row.stream_sequence > storedUpTo ? 'pending' : 'not_stored';
}
