import type { AuditClass, LegalHold } from '@patchbay/contracts';
import { type RawBuilder, sql } from 'kysely';
import type { HoldStore } from '../operations/retention/ports.ts';
import { type AuditDatabase, storeUnavailable } from './audit-database.ts';

/** Most holds of one answer. */
const mostListed = 1_000;

type HoldRow = {
  readonly [Name in keyof LegalHold]: Name extends `${string}_at` | 'from' | 'to' ? number | null : string | null;
};

const msOf = (column: string) => sql`(extract(epoch from ${sql.ref(column)}) * 1000)::double precision`;
const columns: RawBuilder<unknown> = sql`id, tenant, class, subject, ${msOf('from_time')} as "from", ${msOf('to_time')} as "to",
  reason, ${msOf('placed_at')} as placed_at, ${msOf('released_at')} as released_at, release_reason`;

/** Legal holds in `audit_holds`. */
export function createPostgresHolds(database: AuditDatabase): HoldStore {
  const use: AuditDatabase['use'] = (work) =>
    database.use(work).catch((error: unknown) => {
      throw storeUnavailable(error);
    });
  return {
    async place(hold) {
      // Waits for a batch of a purge that is under way: that one locks the table against it.
      await use((db) =>
        sql`
          insert into audit_holds (id, tenant, class, subject, from_time, to_time, reason, placed_at)
          values (${hold.id}, ${hold.tenant}, ${hold.class}, ${hold.subject}, ${hold.from}::timestamptz, ${hold.to}::timestamptz,
            ${hold.reason}, ${hold.placed_at}::timestamptz)`.execute(db),
      );
    },
    async list(tenant, released) {
      const { rows } = await use((db) =>
        sql<HoldRow>`
          select ${columns} from audit_holds where tenant = ${tenant} and (${released} or released_at is null)
          order by id desc limit ${mostListed}`.execute(db),
      );
      return rows.map(holdOf);
    },
    async release(tenant, id, at, reason) {
      const { rows } = await use((db) =>
        sql<HoldRow>`
          update audit_holds set released_at = coalesce(released_at, ${at}::timestamptz),
            release_reason = coalesce(release_reason, ${reason})
          where tenant = ${tenant} and id = ${id} returning ${columns}`.execute(db),
      );
      return rows[0] === undefined ? null : holdOf(rows[0]);
    },
  };
}

const timeOf = (ms: number | null) => (ms === null ? null : new Date(Number(ms)).toISOString());

function holdOf(row: HoldRow): LegalHold {
  return {
    id: row.id as string,
    tenant: row.tenant as string,
    class: row.class as AuditClass | null,
    subject: row.subject,
    from: timeOf(row.from),
    to: timeOf(row.to),
    reason: row.reason as string,
    placed_at: timeOf(row.placed_at) as string,
    released_at: timeOf(row.released_at),
    release_reason: row.release_reason,
  };
}
