import { toRecord } from '@patchbay/audit-log';
import type { AuditClass, AuditEvent } from '@patchbay/contracts';
import { sql } from 'kysely';
import { type AuditDatabase, storeUnavailable } from './audit-database.ts';

/** One place of a tenant's log. */
export interface LogPlace {
  readonly index: number;
  readonly class: AuditClass;
  /** As it is written of what is stored; null when the body is gone. One that was altered does not hash to its leaf. */
  readonly record: string | null;
  readonly leaf: Buffer;
}

interface PlaceRow {
  readonly log_index: number;
  readonly class: AuditClass;
  readonly producer: string;
  readonly record_version: number;
  readonly leaf: Uint8Array;
  readonly event: string;
  readonly purged: boolean;
}

export interface LogRange {
  readonly tenant: string;
  readonly from: number;
  /** Not included. */
  readonly to: number;
}

export type ReadLogPlaces = (range: LogRange) => Promise<readonly LogPlace[]>;

/** Reads places of a log in their order, and writes their records again from what is stored. */
export function createPostgresLogRecords(database: AuditDatabase): ReadLogPlaces {
  return async ({ tenant, from, to }) => {
    try {
      const { rows } = await database.use((db) =>
        sql<PlaceRow>`
          select log_index::double precision as log_index, class, producer, record_version, leaf, event,
            purged_at is not null as purged
          from audit_events where tenant = ${tenant} and log_index >= ${from} and log_index < ${to}
          order by log_index`.execute(db),
      );
      return rows.map(placeOf);
    } catch (error) {
      throw storeUnavailable(error);
    }
  };
}

function placeOf(row: PlaceRow): LogPlace {
  return {
    index: Number(row.log_index),
    class: row.class,
    record: row.purged ? null : recordOf(row),
    leaf: Buffer.from(row.leaf),
  };
}

/** What is no event any more was altered: whatever stands there is no record, so that nobody takes it for one that was purged. */
function recordOf({ event, class: auditClass, producer, record_version: version }: PlaceRow): string {
  try {
    return toRecord(JSON.parse(event) as AuditEvent, { class: auditClass, producer }, version);
  } catch (error) {
    if (error instanceof RangeError) throw error; // of a version that this service does not know
    return JSON.stringify(event);
  }
}
