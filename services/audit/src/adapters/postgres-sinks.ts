import { leafHash } from '@patchbay/audit-log/proofs';
import { SinkSettings } from '@patchbay/contracts';
import { type RawBuilder, sql } from 'kysely';
import type { SinkStore, SinkWork, StoredSink } from '../operations/sinks/ports.ts';
import { type AuditDatabase, storeUnavailable } from './audit-database.ts';
import type { ReadLogPlaces } from './postgres-log-records.ts';

/** In the place of a tenant: the installation. No tenant may be called so. */
const installation = '*';
/** Sinks that one process sends for at once. */
const mostClaimed = 8;

interface SinkRow {
  readonly id: string;
  readonly tenant: string;
  readonly name: string;
  readonly settings: string;
  readonly secret_id: string | null;
  readonly state: StoredSink['state'];
  readonly problem: string | null;
  readonly failures: number;
  readonly failing_since: number | null;
  readonly next_try_at: number | null;
  readonly delivered_at: number | null;
  readonly delivered: number;
  readonly waiting: number;
}

const msOf = (column: string) => sql`(extract(epoch from s.${sql.ref(column)}) * 1000)::double precision`;
/** A place that was never noted is the beginning of a log that is younger than the sink. */
const waiting = sql`(
  select coalesce(sum(h.size - coalesce(p.next_index, 0)), 0)::double precision
  from audit_log_heads h left join audit_sink_positions p on p.sink = s.id and p.tenant = h.tenant
  where s.tenant in (${installation}, h.tenant))`;
const columns: RawBuilder<unknown> = sql`s.id, s.tenant, s.name, s.settings, s.secret_id, s.state, s.problem, s.failures,
  ${msOf('failing_since')} as failing_since, ${msOf('next_try_at')} as next_try_at, ${msOf('delivered_at')} as delivered_at,
  s.delivered::double precision as delivered, ${waiting} as waiting`;

function toSink(row: SinkRow): StoredSink {
  const ms = (value: number | null) => (value === null ? null : Number(value));
  return {
    id: row.id,
    tenant: row.tenant === installation ? null : row.tenant,
    name: row.name,
    settings: SinkSettings.parse(JSON.parse(row.settings)),
    secretId: row.secret_id,
    state: row.state,
    problem: row.problem,
    failures: row.failures,
    failingSinceMs: ms(row.failing_since),
    nextTryMs: ms(row.next_try_at),
    deliveredMs: ms(row.delivered_at),
    delivered: Number(row.delivered),
    waiting: Number(row.waiting),
  };
}

const guarded = <T>(work: Promise<T>): Promise<T> =>
  work.catch((error: unknown) => {
    throw storeUnavailable(error);
  });

/** Sinks in `audit_sinks`, and how far each is in which log in `audit_sink_positions`. */
export function createPostgresSinks(database: AuditDatabase): SinkStore {
  const use: AuditDatabase['use'] = (work) => guarded(database.use(work));
  const read = async (filter: RawBuilder<unknown>) =>
    (
      await use((db) => sql<SinkRow>`select ${columns} from audit_sinks s where ${filter} order by s.name`.execute(db))
    ).rows.map(toSink);
  return {
    list: (tenant) => read(sql`s.tenant = ${tenant ?? installation}`),
    find: async (tenant, name) =>
      (await read(sql`s.tenant = ${tenant ?? installation} and s.name = ${name}`))[0] ?? null,
    async put({ id, tenant, name, settings, secretId }, from) {
      const whose = tenant ?? installation;
      await guarded(
        database.transaction(async (transaction) => {
          await transaction.run(sql`
            insert into audit_sinks (id, tenant, name, settings, secret_id)
            values (${id}, ${whose}, ${name}, ${JSON.stringify(settings)}, ${secretId})
            on conflict (id) do update set settings = excluded.settings, secret_id = excluded.secret_id`);
          if (from === undefined) return;
          await transaction.run(sql`delete from audit_sink_positions where sink = ${id}`);
          await transaction.run(sql`
            insert into audit_sink_positions (sink, tenant, next_index)
            select ${id}, tenant, ${from === 'end' ? sql`size` : sql`least(size, ${from}::bigint)`} from audit_log_heads
            where ${whose} in (${installation}, tenant)`);
        }),
      );
    },
    async remove(id) {
      await use((db) => sql`delete from audit_sinks where id = ${id}`.execute(db));
    },
    async setState(id, state, problem) {
      await use((db) =>
        sql`
          update audit_sinks set state = ${state}, problem = ${problem}, failures = 0, failing_since = null, next_try_at = null
          where id = ${id}`.execute(db),
      );
    },
  };
}

export interface SinkWorkOptions {
  readonly readPlaces: ReadLogPlaces;
  /** Ids of the installation's sinks that this process is configured with. */
  readonly known: readonly string[];
  /** Hears of a place whose record is not what its leaf says. It is not sent. */
  readonly onAltered: (tenant: string, index: number) => void;
}

/** What sending needs, over the same tables. */
export function createPostgresSinkWork(
  database: AuditDatabase,
  { readPlaces, known, onAltered }: SinkWorkOptions,
): SinkWork {
  const use: AuditDatabase['use'] = (work) => guarded(database.use(work));
  const until = (leaseMs: number) => sql`now() + ${leaseMs}::double precision * interval '1 millisecond'`;
  return {
    async claim(owner, leaseMs) {
      const { rows } = await use((db) =>
        sql<SinkRow>`
          update audit_sinks s set leased_by = ${owner}, leased_until = ${until(leaseMs)}
          where s.id in (
            select s.id from audit_sinks s
            where s.state = 'active' and (s.next_try_at is null or s.next_try_at <= now())
              and (s.leased_until is null or s.leased_until < now())
              and (s.tenant <> ${installation} or s.id in (select value from json_array_elements_text(${JSON.stringify(known)}::text::json)))
              and ${waiting} > 0
            order by s.delivered_at nulls first limit ${mostClaimed} for update skip locked)
          returning ${columns}`.execute(db),
      );
      return rows.map(toSink);
    },
    async renew(id, owner, leaseMs) {
      const { numAffectedRows } = await use((db) =>
        sql`
          update audit_sinks set leased_until = ${until(leaseMs)}
          where id = ${id} and leased_by = ${owner} and state = 'active'`.execute(db),
      );
      return (numAffectedRows ?? 0n) > 0n;
    },
    async release(id, owner) {
      await use((db) =>
        sql`update audit_sinks set leased_by = null, leased_until = null where id = ${id} and leased_by = ${owner}`.execute(
          db,
        ),
      );
    },
    async backlogs(sink) {
      const { rows } = await use((db) =>
        sql<{ tenant: string; next_index: number; size: number }>`
          select h.tenant, coalesce(p.next_index, 0)::double precision as next_index, h.size::double precision as size
          from audit_log_heads h left join audit_sink_positions p on p.sink = ${sink.id} and p.tenant = h.tenant
          where ${sink.tenant ?? installation} in (${installation}, h.tenant) and h.size > coalesce(p.next_index, 0)
          order by h.tenant`.execute(db),
      );
      return rows.map((row) => ({ tenant: row.tenant, nextIndex: Number(row.next_index), size: Number(row.size) }));
    },
    async readRecords({ tenant, fromIndex, limit, classes }) {
      const places = await readPlaces({ tenant, from: fromIndex, to: fromIndex + limit });
      // Never past a place that is not there: what comes behind it would be out of order.
      const gap = places.findIndex(({ index }, i) => index !== fromIndex + i);
      const whole = gap === -1 ? places : places.slice(0, gap);
      return {
        upTo: fromIndex + whole.length,
        records: whole.flatMap(({ index, record, class: auditClass, leaf }) => {
          if (record === null || (classes.length > 0 && !classes.includes(auditClass))) return [];
          if (leafHash(record).equals(leaf)) return [{ index, record }];
          onAltered(tenant, index);
          return [];
        }),
      };
    },
    async advance(id, tenant, { from, to, taken }) {
      await guarded(
        database.transaction(async (transaction) => {
          await transaction.run(sql`
            insert into audit_sink_positions (sink, tenant, next_index) values (${id}, ${tenant}, ${to})
            on conflict (sink, tenant) do update set next_index = excluded.next_index
            where audit_sink_positions.next_index = ${from}`);
          if (taken === 0) return;
          await transaction.run(sql`
            update audit_sinks set delivered = delivered + ${taken}, delivered_at = now(), failures = 0, failing_since = null,
              problem = null, next_try_at = null
            where id = ${id}`);
        }),
      );
    },
    async fail(id, problem, nextTryMs) {
      const { rows } = await use((db) =>
        sql<{ failures: number; since: number }>`
          update audit_sinks set failures = failures + 1, failing_since = coalesce(failing_since, now()), problem = ${problem},
            next_try_at = ${new Date(nextTryMs).toISOString()}::timestamptz
          where id = ${id}
          returning failures, (extract(epoch from failing_since) * 1000)::double precision as since`.execute(db),
      );
      return { failures: rows[0]?.failures ?? 0, sinceMs: Number(rows[0]?.since ?? nextTryMs) };
    },
  };
}
