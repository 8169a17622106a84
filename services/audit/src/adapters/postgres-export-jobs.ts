import type { ExportJob } from '@patchbay/contracts';
import { type RawBuilder, sql } from 'kysely';
import type { ExportJobs, StoredExport } from '../operations/exports/ports.ts';
import { type AuditDatabase, storeUnavailable } from './audit-database.ts';

interface JobRow {
  readonly id: string;
  readonly tenant: string;
  readonly from_index: number;
  readonly to_index: number;
  readonly key: string;
  readonly location: string;
  readonly state: ExportJob['state'];
  readonly records: number;
  readonly bytes: number | null;
  readonly sha256: string | null;
  readonly problem: string | null;
  readonly created_at: number;
  readonly finished_at: number | null;
}

const number = (column: string) => sql`${sql.ref(column)}::double precision as ${sql.ref(column)}`;
const msOf = (column: string) =>
  sql`(extract(epoch from ${sql.ref(column)}) * 1000)::double precision as ${sql.ref(column)}`;
const columns: RawBuilder<unknown> = sql`id, tenant, ${number('from_index')}, ${number('to_index')}, key, location, state,
  ${number('records')}, ${number('bytes')}, sha256, problem, ${msOf('created_at')}, ${msOf('finished_at')}`;

/** Jobs in `audit_exports`. */
export function createPostgresExportJobs(database: AuditDatabase): ExportJobs {
  const use: AuditDatabase['use'] = (work) =>
    database.use(work).catch((error: unknown) => {
      throw storeUnavailable(error);
    });
  const until = (leaseMs: number) => sql`now() + ${leaseMs}::double precision * interval '1 millisecond'`;
  const mine = (id: string, owner: string) => sql`id = ${id} and leased_by = ${owner} and state = 'running'`;
  return {
    async add(job) {
      await use((db) =>
        sql`
          insert into audit_exports (id, tenant, from_index, to_index, key, location, state, created_at)
          values (${job.id}, ${job.tenant}, ${job.from_index}, ${job.to_index}, ${job.key}, ${job.location}, 'waiting',
            ${job.created_at}::timestamptz)`.execute(db),
      );
    },
    async list(tenant, id, limit) {
      const { rows } = await use((db) =>
        sql<JobRow>`
          select ${columns} from audit_exports
          where tenant = ${tenant} and ${id === undefined ? sql`true` : sql`id = ${id}`}
          order by id desc limit ${limit}`.execute(db),
      );
      return rows.map((row) => {
        const { key: _, ...told } = jobOf(row);
        return told;
      });
    },
    async claim(owner, leaseMs) {
      const { rows } = await use((db) =>
        sql<JobRow>`
          update audit_exports set state = 'running', leased_by = ${owner}, leased_until = ${until(leaseMs)}
          where id = (
            select id from audit_exports
            where (state = 'waiting' and (next_try_at is null or next_try_at <= now()))
              or (state = 'running' and leased_until < now())
            order by id limit 1 for update skip locked)
          returning ${columns}`.execute(db),
      );
      return rows[0] === undefined ? null : jobOf(rows[0]);
    },
    async progress(id, owner, records, leaseMs) {
      const { numAffectedRows } = await use((db) =>
        sql`update audit_exports set records = ${records}, leased_until = ${until(leaseMs)} where ${mine(id, owner)}`.execute(
          db,
        ),
      );
      return (numAffectedRows ?? 0n) > 0n;
    },
    async finish(id, owner, { bytes, sha256 }) {
      await use((db) =>
        sql`
          update audit_exports set state = 'done', records = to_index - from_index, bytes = ${bytes}, sha256 = ${sha256},
            problem = null, finished_at = now()
          where ${mine(id, owner)}`.execute(db),
      );
    },
    async fail(id, owner, problem, again) {
      const next = again === null ? sql`null` : sql`${new Date(again.atMs).toISOString()}::timestamptz`;
      await use((db) =>
        sql`
          update audit_exports set state = ${again === null ? 'failed' : 'waiting'}, problem = ${problem},
            attempts = attempts + 1, next_try_at = ${next}, finished_at = ${again === null ? sql`now()` : sql`null`}
          where ${mine(id, owner)}`.execute(db),
      );
    },
    async attemptsOf(id) {
      const { rows } = await use((db) =>
        sql<{ attempts: number }>`select attempts from audit_exports where id = ${id}`.execute(db),
      );
      return rows[0]?.attempts ?? 0;
    },
  };
}

function jobOf({ created_at, finished_at, from_index, to_index, records, bytes, ...row }: JobRow): StoredExport {
  return {
    ...row,
    from_index: Number(from_index),
    to_index: Number(to_index),
    records: Number(records),
    bytes: bytes === null ? null : Number(bytes),
    created_at: new Date(Number(created_at)).toISOString(),
    finished_at: finished_at === null ? null : new Date(Number(finished_at)).toISOString(),
  };
}
