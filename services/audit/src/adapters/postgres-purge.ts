import type { AuditClass } from '@patchbay/contracts';
import { type Kysely, sql } from 'kysely';
import type { PurgeStore } from '../operations/retention/ports.ts';
import { type AuditDatabase, storeUnavailable } from './audit-database.ts';
import type { AuditTables } from './tables.ts';

interface OldRow {
  readonly event_id: string;
  readonly class: AuditClass;
  readonly time_ms: number;
  readonly purged: boolean;
}

/** Whether a hold covers the event `e`. Its body is opened only where a hold names a subject. */
const isHeld = sql`exists (
  select 1 from audit_holds h
  where h.tenant = e.tenant and h.released_at is null
    and (h.class is null or h.class = e.class)
    and (h.from_time is null or e.time >= h.from_time)
    and (h.to_time is null or e.time < h.to_time)
    and (h.subject is null or h.subject in (
      e.event::jsonb -> 'data' -> 'actor' ->> 'end_user',
      e.event::jsonb -> 'data' -> 'actor' ->> 'id',
      e.event::jsonb -> 'data' -> 'actor' ->> 'session',
      e.event::jsonb ->> 'subject')))`;

const named = (ids: readonly string[]) =>
  sql`(select value from json_array_elements_text(${JSON.stringify(ids)}::text::json))`;

/**
 * Finds old events in `audit_events` and takes their bodies. What is left of one is its id, class, type, time and place in the
 * log, and its leaf. One without a leaf is not touched: nothing would be left to prove it by.
 */
export function createPostgresPurge(database: AuditDatabase): PurgeStore {
  const guarded = <T>(work: Promise<T>): Promise<T> =>
    work.catch((error: unknown) => {
      throw storeUnavailable(error);
    });
  const use: AuditDatabase['use'] = (work) => guarded(database.use(work));
  return {
    async tenants() {
      const { rows } = await use((db) =>
        sql<{ tenant: string }>`select tenant from audit_log_heads order by tenant`.execute(db),
      );
      return rows.map(({ tenant }) => tenant);
    },
    async readOld({ tenant, after, beforeMs, limit }) {
      const time = new Date(after.timeMs).toISOString();
      const { rows } = await use((db) =>
        sql<OldRow>`
          select event_id, class, (extract(epoch from time) * 1000)::double precision as time_ms,
            purged_at is not null or leaf is null as purged
          from audit_events
          where tenant = ${tenant} and time >= ${time}::timestamptz and time < ${new Date(beforeMs).toISOString()}::timestamptz
            and (time > ${time}::timestamptz or event_id > ${after.eventId})
          order by time, event_id limit ${limit}`.execute(db),
      );
      return rows.map((row) => ({
        eventId: row.event_id,
        class: row.class,
        timeMs: Number(row.time_ms),
        purged: row.purged,
      }));
    },
    purge: (tenant, ids) =>
      guarded(
        database.transaction(async (transaction) => {
          // A hold that is placed meanwhile waits, and finds whatever this leaves.
          await transaction.run(sql`lock table audit_holds in share mode`);
          const { rows } = await transaction.run(
            sql<{ event_id: string }>`
              update audit_events e set event = '{}', status = 'purged', purged_at = now(), execution_id = null, tool = null,
                session = null, error_code = null, duration_ms = null, tokens = null, replayed = null, end_user = null
              where e.tenant = ${tenant} and e.event_id in ${named(ids)} and e.purged_at is null and e.leaf is not null
                and not ${isHeld}
              returning e.event_id`,
          );
          const gone = rows.map(({ event_id }) => event_id);
          // What is sealed beside them goes with them.
          await transaction.run(sql`delete from audit_blobs where tenant = ${tenant} and event_id in ${named(gone)}`);
          return gone;
        }),
      ),
    unheld: (tenant, ids) => use((db) => unheld(db, tenant, ids)),
  };
}

async function unheld(db: Kysely<AuditTables>, tenant: string, ids: readonly string[]): Promise<readonly string[]> {
  const { rows } = await sql<{ event_id: string }>`
    select e.event_id from audit_events e
    where e.tenant = ${tenant} and e.event_id in ${named(ids)} and not ${isHeld}`.execute(db);
  return rows.map(({ event_id }) => event_id);
}
