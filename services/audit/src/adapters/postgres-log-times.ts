import { type RawBuilder, sql } from 'kysely';
import type { ExportLog } from '../operations/exports/ports.ts';
import { type AuditDatabase, storeUnavailable } from './audit-database.ts';

/** Milliseconds of events that one statement looks at: a week. */
const stepMs = 604_800_000;

/**
 * Finds where the records of a time stand in a log. Nearly in the order of their times, but not quite, so each is looked at: it costs
 * less than to export them.
 */
export function createPostgresLogTimes(database: AuditDatabase): ExportLog['placesBetween'] {
  return async (tenant, { fromMs, toMs }) => {
    try {
      const read = async <Row>(statement: RawBuilder<Row>) =>
        (await database.use((db) => statement.execute(db))).rows[0] as Row;
      let [lowest, highest] = [Number.POSITIVE_INFINITY, -1];
      for (let at = fromMs ?? 0; ; ) {
        // From one event to the next: a time without any takes no steps.
        const { next } = await read(sql<{ next: number | null }>`
          select (extract(epoch from min(time)) * 1000)::double precision as next from audit_events
          where tenant = ${tenant} and time >= ${timeOf(at)}::timestamptz ${before(toMs)}`);
        if (next === null) break;
        at = Number(next) + stepMs;
        const end = toMs === null ? at : Math.min(at, toMs);
        const { first, last } = await read(sql<{ first: number | null; last: number | null }>`
          select min(log_index)::double precision as first, max(log_index)::double precision as last from audit_events
          where tenant = ${tenant} and time >= ${timeOf(Number(next))}::timestamptz and time < ${timeOf(end)}::timestamptz`);
        if (first === null || last === null) continue;
        lowest = Math.min(lowest, Number(first));
        highest = Math.max(highest, Number(last));
      }
      return highest === -1 ? null : { first: lowest, last: highest };
    } catch (error) {
      throw storeUnavailable(error);
    }
  };
}

const before = (ms: number | null) => (ms === null ? sql`` : sql`and time < ${timeOf(ms)}::timestamptz`);
const timeOf = (ms: number) => new Date(ms).toISOString();
