import { type Kysely, sql } from 'kysely';

/**
 * Events, quarantine and the view of executions. Text that is compared byte by byte has collation "C": the order of ids
 * is then the same on every server, and cheaper. Indexes are few and partial, for each one costs on every event.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table audit_events (
      event_id text collate "C" primary key,
      tenant text collate "C" not null,
      class text collate "C" not null,
      type text collate "C" not null,
      time timestamptz not null,
      stream_sequence bigint not null,
      received_at timestamptz not null default now(),
      producer text collate "C" not null,
      execution_id text collate "C",
      tool text collate "C",
      session text collate "C",
      status text collate "C" not null,
      error_code text collate "C",
      duration_ms double precision,
      altered boolean not null,
      event text not null
    )`.execute(db);
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
    create table audit_quarantine (
      stream_sequence bigint not null,
      position integer not null,
      sha256 text collate "C" not null,
      received_at timestamptz not null default now(),
      subject text not null,
      producer text,
      reason text collate "C" not null,
      detail text not null,
      size_bytes integer not null,
      copy bytea not null,
      primary key (stream_sequence, position, sha256)
    )`.execute(db);
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
