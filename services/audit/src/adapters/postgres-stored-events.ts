import { sql } from 'kysely';
import type { StoredEvent } from '../domain/stored-event.ts';
import type { VerifyAuditPorts } from '../operations/verify-audit.ts';
import { type AuditDatabase, storeUnavailable } from './audit-database.ts';

/** Reads what `audit_events` holds of given events, and which it claims to have had from where. */
export function createPostgresStoredEvents(
  database: AuditDatabase,
): Pick<VerifyAuditPorts, 'readStored' | 'readClaimed'> {
  return {
    async readStored(ids) {
      if (ids.length === 0) return [];
      try {
        const { rows } = await database.use((db) =>
          sql<StoredEvent>`
            select event_id, tenant, class, type, (extract(epoch from time) * 1000)::double precision as time_ms, producer,
              execution_id, tool, session, status, error_code, duration_ms, event,
              purged_at is not null as purged
            from audit_events
            where event_id in (select value from json_array_elements_text(${JSON.stringify(ids)}::text::json))`.execute(
            db,
          ),
        );
        return rows.map((row) => ({ ...row, time_ms: Number(row.time_ms) }));
      } catch (error) {
        throw storeUnavailable(error);
      }
    },
    async readClaimed({ tenant, first, last, sinceMs, untilMs }) {
      try {
        const { rows } = await database.use((db) =>
          sql<{ event_id: string; stream_sequence: number }>`
            select event_id, stream_sequence::double precision as stream_sequence from audit_events
            where tenant = ${tenant} and stream_sequence between ${first} and ${last}
              and time between ${new Date(sinceMs).toISOString()}::timestamptz and ${new Date(untilMs).toISOString()}::timestamptz`.execute(
            db,
          ),
        );
        return rows.map((row) => ({ ...row, stream_sequence: Number(row.stream_sequence) }));
      } catch (error) {
        throw storeUnavailable(error);
      }
    },
  };
}
