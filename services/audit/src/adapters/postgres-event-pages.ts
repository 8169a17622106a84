import type { AuditEvent } from '@patchbay/contracts';
import { type Kysely, sql } from 'kysely';
import type { EventFilter } from '../domain/query-filter.ts';
import type { EventPage } from '../operations/query-audit.ts';
import { type AuditDatabase, storeUnavailable } from './audit-database.ts';
import type { AuditTables } from './tables.ts';

interface PageRow {
  readonly event_id: string;
  readonly epoch_ms: number;
  readonly event: string;
}

/** Reads pages of `audit_events`, newest first, by position and not by offset. */
export function createPostgresEventPages(database: AuditDatabase): (filter: EventFilter) => Promise<EventPage> {
  return async (filter) => {
    let rows: readonly PageRow[];
    try {
      rows = await database.use((db) => pageQuery(db, filter).execute());
    } catch (error) {
      throw storeUnavailable(error);
    }
    const entries = rows.slice(0, filter.limit).map((row) => ({
      position: { epochMs: Number(row.epoch_ms), eventId: row.event_id },
      event: JSON.parse(row.event) as AuditEvent,
    }));
    return { entries, more: rows.length > filter.limit };
  };
}

function pageQuery(db: Kysely<AuditTables>, filter: EventFilter) {
  let query = db
    .selectFrom('audit_events')
    .select(['event_id', 'event', epochMs.as('epoch_ms')])
    .where('tenant', '=', filter.tenant)
    .where('purged_at', 'is', null);
  if (filter.class !== undefined) query = query.where('class', '=', filter.class);
  if (filter.tool !== undefined) query = query.where('tool', '=', filter.tool);
  if (filter.session !== undefined) query = query.where('session', '=', filter.session);
  if (filter.endUser !== undefined) query = query.where('end_user', '=', filter.endUser);
  if (filter.status !== undefined) query = query.where('status', '=', filter.status);
  if (filter.executionId !== undefined) query = query.where('execution_id', '=', filter.executionId);
  if (filter.eventId !== undefined) query = query.where('event_id', '=', filter.eventId);
  if (filter.fromMs !== undefined) query = query.where('time', '>=', timeOf(filter.fromMs));
  if (filter.toMs !== undefined) query = query.where('time', '<', timeOf(filter.toMs));
  if (filter.after !== undefined) {
    const time = timeOf(filter.after.epochMs);
    const { eventId } = filter.after;
    // The first condition alone lets the index start at the position; the second decides among equal times.
    query = query.where('time', '<=', time).where((eb) => eb.or([eb('time', '<', time), eb('event_id', '<', eventId)]));
  }
  // One more than asked for tells whether there are more.
  return query
    .orderBy('time', 'desc')
    .orderBy('event_id', 'desc')
    .limit(filter.limit + 1);
}

/** Stored times are whole milliseconds, so the division loses nothing. */
const epochMs = sql<number>`(extract(epoch from time) * 1000)::double precision`;

/** A time as both drivers take it. */
function timeOf(ms: number): string {
  return new Date(ms).toISOString();
}
