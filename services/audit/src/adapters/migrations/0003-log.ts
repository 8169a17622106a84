import { randomBytes } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import { createLaterPartition, firstIdAfter, monthBehind } from '../audit-partitions.ts';

/**
 * A log for each tenant: the place of every event in it, its leaf, the tree above the leaves and signed checkpoints. On a server
 * `audit_events` becomes a table of monthly partitions (ADR 50); what was stored so far is the first of them.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table audit_events
      add column record_version smallint,
      add column leaf bytea,
      add column log_index bigint`.execute(db);
  await sql`create index audit_events_log on audit_events (tenant, log_index) where log_index is not null`.execute(db);
  // `hashes`: the roots of the full subtrees that the log is made of, largest first, 32 bytes each. `claimed_until`: a process is
  // signing a checkpoint, and the others leave it to that one.
  await sql`
    create table audit_log_heads (
      tenant text collate "C" primary key,
      size bigint not null default 0,
      hashes bytea not null default '',
      signed_size bigint not null default 0,
      signed_at timestamptz,
      claimed_until timestamptz
    )`.execute(db);
  // `hashes`: up to 32 neighbours of one level, 32 bytes each: small enough to stay in the row.
  await sql`
    create table audit_log_tiles (
      tenant text collate "C" not null,
      level smallint not null,
      tile bigint not null,
      hashes bytea not null,
      primary key (tenant, level, tile)
    )`.execute(db);
  // `asked`: of a size that somebody wanted, behind those that were signed in due course. `kept_at`: outside of this database.
  await sql`
    create table audit_checkpoints (
      tenant text collate "C" not null,
      size bigint not null,
      root bytea not null,
      note text not null,
      signed_at timestamptz not null default now(),
      asked boolean not null default false,
      kept_at timestamptz,
      primary key (tenant, size)
    )`.execute(db);
  await sql`
    create index audit_checkpoints_unkept on audit_checkpoints (tenant, size) where kept_at is null and not asked`.execute(
    db,
  );
  // One row: the name that the origins of this database's logs bear.
  await sql`
    create table audit_installation (
      one boolean primary key default true check (one),
      id text not null
    )`.execute(db);
  await sql`insert into audit_installation (id) values (${randomBytes(6).toString('hex')})`.execute(db);
  if (await isServer(db)) await partition(db);
}

async function isServer(db: Kysely<unknown>): Promise<boolean> {
  const { rows } = await sql<{ version: string }>`select version()`.execute(db);
  return !rows[0]?.version.includes('PGlite');
}

const indexes = ['pkey', 'time', 'tool', 'session', 'execution', 'intents', 'outcomes', 'log'];

/** The table so far, whatever its size, is taken in as it is; only its ids are read, to see that they are in its range. */
async function partition(db: Kysely<unknown>): Promise<void> {
  await sql`drop view audit_executions`.execute(db);
  await sql`alter table audit_events rename to audit_events_first`.execute(db);
  for (const name of indexes)
    await sql`alter index ${sql.ref(`audit_events_${name}`)} rename to ${sql.ref(`audit_events_first_${name}`)}`.execute(
      db,
    );
  await sql`
    create table audit_events (like audit_events_first including defaults) partition by range (event_id)`.execute(db);
  await sql`alter table audit_events add constraint audit_events_pkey primary key (event_id)`.execute(db);
  await sql`create index audit_events_time on audit_events (tenant, time)`.execute(db);
  await sql`create index audit_events_tool on audit_events (tenant, tool, time) where tool is not null`.execute(db);
  await sql`create index audit_events_session on audit_events (tenant, session, time) where session is not null`.execute(
    db,
  );
  await sql`create index audit_events_execution on audit_events (execution_id) where execution_id is not null`.execute(
    db,
  );
  await sql`create index audit_events_intents on audit_events (time) where status = 'intent'`.execute(db);
  await sql`
    create index audit_events_outcomes on audit_events (time) where class = 'execution' and status <> 'intent'`.execute(
    db,
  );
  await sql`create index audit_events_log on audit_events (tenant, log_index) where log_index is not null`.execute(db);
  const { rows } = await sql<{ last: string | null }>`select max(event_id) as last from audit_events_first`.execute(db);
  const end = monthBehind(Date.now(), rows[0]?.last ?? null);
  await sql`
    alter table audit_events attach partition audit_events_first
    for values from (minvalue) to (${sql.lit(firstIdAfter(end))})`.execute(db);
  await createLaterPartition(db);
  await createExecutionsView(db);
}

/** As `0001-audit-events` has it: a view stays with the table that it was made on. */
async function createExecutionsView(db: Kysely<unknown>): Promise<void> {
  await sql`
    create view audit_executions as
    select
      tenant,
      execution_id,
      coalesce(o.tool, i.tool) as tool,
      coalesce(o.session, i.session) as session,
      i.event_id as intent_event_id,
      i.time as intended_at,
      o.event_id as outcome_event_id,
      o.time as finished_at,
      o.status as status,
      o.error_code as error_code,
      o.duration_ms as duration_ms
    from
      (select * from audit_events where class = 'execution' and execution_id is not null and status = 'intent') i
      full join
      (select * from audit_events where class = 'execution' and execution_id is not null and status <> 'intent'
        and (event::jsonb -> 'data' -> 'replayed') is distinct from 'true'::jsonb) o
      using (tenant, execution_id)`.execute(db);
}
