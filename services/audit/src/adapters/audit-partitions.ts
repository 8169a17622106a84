import { newId, timeOfId } from '@patchbay/contracts';
import { type Kysely, sql } from 'kysely';
import type { AuditDatabase } from './audit-database.ts';

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

/** Milliseconds by which the clocks of two producers may differ. */
const clocksApartMs = 86_400_000;

/**
 * What sorts before every event that follows on one of a time or later, whoever recorded it: a question that names it leaves out
 * the partitions of before.
 */
export function firstFollowing(ms: number): string {
  return firstIdAfter(Math.max(0, ms - clocksApartMs));
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

/** Makes the partitions that are missing; none on PGlite. One that cannot be made leaves its month to `audit_events_other`. */
export async function makePartitions(database: AuditDatabase, nowMs: number): Promise<void> {
  if (!database.server) return;
  const { rows } = await database.use((db) =>
    sql<{ name: string; first_end: string | null }>`
      select child.relname as name,
        substring(pg_get_expr(child.relpartbound, child.oid) from 'FROM \\(MINVALUE\\) TO \\(''([^'']*)''\\)') as first_end
      from pg_inherits join pg_class child on child.oid = inhrelid
      where inhparent = 'audit_events'::regclass`.execute(db),
  );
  const there = new Set(rows.map(({ name }) => name));
  const begins = rows.find(({ first_end }) => first_end !== null)?.first_end ?? '';
  const failures: unknown[] = [];
  for (const { name, from, to } of partitionsAt(nowMs)) {
    if (there.has(name) || from < begins) continue;
    try {
      // Takes the whole table for a moment: after a long query, rather later than in front of everybody.
      await database.transaction(async (transaction) => {
        await transaction.run(sql`set local lock_timeout = '2s'`);
        await transaction.run(sql`
          create table if not exists ${sql.ref(name)} partition of audit_events
          for values from (${sql.lit(from)}) to (${sql.lit(to)})`);
      });
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw new AggregateError(failures, 'partitions of audit_events could not be made');
}
