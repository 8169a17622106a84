import { newId, timeOfId } from '@patchbay/contracts';
import { type Kysely, sql } from 'kysely';

/**
 * Partitions of `audit_events` on a server: one a calendar month of UTC, by the time in the event's id. The id, because it has
 * to be unique over all partitions, which a database can only promise of what it partitions by; and an id begins with its time
 * (ADR 50). Months are made ahead; an id of a month that has no partition, as of a clock gone wrong, lands in `audit_events_other`.
 */
export interface AuditPartition {
  readonly name: string;
  /** Ids from the first on and before the second. */
  readonly from: string;
  readonly to: string;
}

const monthsAhead = 2;

/** The partitions that there should be at a time, beginning with its month. */
export function partitionsAt(nowMs: number): readonly AuditPartition[] {
  const now = new Date(nowMs);
  return Array.from({ length: monthsAhead + 1 }, (_, ahead) => {
    const start = Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + ahead);
    const end = Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + ahead + 1);
    const name = `audit_events_${new Date(start).toISOString().slice(0, 7).replace('-', '_')}`;
    return { name, from: firstIdAfter(start), to: firstIdAfter(end) };
  });
}

/** What sorts before every event id made at or after a time, and behind those made before it. */
export function firstIdAfter(ms: number): string {
  return newId('auditEvent', ms).slice(0, 'aud_'.length + 10);
}

/** The end of the month of a time or, when that is later, of the time in an id. Unix milliseconds. */
export function monthBehind(nowMs: number, id: string | null): number {
  const last = new Date(Math.max(nowMs, id === null ? 0 : timeOfId(id)));
  return Date.UTC(last.getUTCFullYear(), last.getUTCMonth() + 1);
}

/** Makes the table that takes what no month does. */
export async function createLaterPartition(db: Kysely<unknown>): Promise<void> {
  await sql`create table audit_events_other partition of audit_events default`.execute(db);
}
