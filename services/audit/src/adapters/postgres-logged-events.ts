import { toRecord } from '@patchbay/audit-log';
import type { AuditClass, AuditEvent } from '@patchbay/contracts';
import { sql } from 'kysely';
import type { LoggedEvent } from '../operations/log/prove-inclusion.ts';
import type { VerifyLogPorts } from '../operations/log/verify-log.ts';
import { type AuditDatabase, storeUnavailable } from './audit-database.ts';

interface LoggedRow {
  readonly event_id: string;
  readonly purged: boolean;
  readonly class: AuditClass;
  readonly producer: string;
  readonly log_index: number;
  readonly leaf: Uint8Array;
  readonly record_version: number;
  readonly event: string;
}

/** Reads a tenant's log by place, and writes records again from what is stored. */
export function createReadLog(database: AuditDatabase): VerifyLogPorts['readLog'] {
  return async (tenant, from, to) => {
    try {
      const { rows } = await database.use((db) =>
        sql<LoggedRow>`
          select event_id, class, producer, log_index::double precision as log_index, leaf, record_version, event,
            status = 'purged' as purged
          from audit_events where tenant = ${tenant} and log_index >= ${from} and log_index < ${to}
          order by log_index, event_id`.execute(db),
      );
      return rows.map((row) => {
        const text = row.purged ? null : recordOf(row);
        return {
          index: Number(row.log_index),
          eventId: row.event_id,
          leaf: Buffer.from(row.leaf),
          record: row.purged ? 'purged' : text === null ? 'unreadable' : { text },
        };
      });
    } catch (error) {
      throw storeUnavailable(error);
    }
  };
}

/** Finds an event's place in its tenant's log, and writes its record again from what is stored. */
export function createFindLogged(
  database: AuditDatabase,
): (tenant: string, eventId: string) => Promise<LoggedEvent | null> {
  return async (tenant, eventId) => {
    let row: LoggedRow | undefined;
    try {
      const { rows } = await database.use((db) =>
        sql<LoggedRow>`
          select event_id, class, producer, log_index::double precision as log_index, leaf, record_version, event,
            status = 'purged' as purged
          from audit_events
          where event_id = ${eventId} and tenant = ${tenant} and log_index is not null`.execute(db),
      );
      [row] = rows;
    } catch (error) {
      throw storeUnavailable(error);
    }
    if (row === undefined) return null;
    return { index: Number(row.log_index), leaf: Buffer.from(row.leaf), record: row.purged ? null : recordOf(row) };
  };
}

/** Null for what is no event any more. */
function recordOf({ class: auditClass, producer, record_version: version, event }: LoggedRow): string | null {
  try {
    return toRecord(JSON.parse(event) as AuditEvent, { class: auditClass, producer }, version);
  } catch {
    return null;
  }
}
