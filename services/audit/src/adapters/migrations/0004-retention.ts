import { type Kysely, sql } from 'kysely';

/**
 * How long events are kept, what holds them, and where records were sent. An event whose body is gone keeps its row: the id, so
 * that it is never stored a second time, and the leaf, so that proofs hold.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table audit_events add column purged_at timestamptz`.execute(db);
  // A rule of every tenant, or of every class, has '*' there: a primary key takes no null.
  await sql`
    create table audit_retention (
      tenant text collate "C" not null,
      class text collate "C" not null,
      days integer,
      changed_at timestamptz not null,
      primary key (tenant, class)
    )`.execute(db);
  await sql`
    create table audit_regimes (
      tenant text collate "C" primary key,
      regime text collate "C" not null
    )`.execute(db);
  await sql`
    create table audit_holds (
      id text collate "C" primary key,
      tenant text collate "C" not null,
      class text collate "C",
      subject text collate "C",
      from_time timestamptz,
      to_time timestamptz,
      reason text not null,
      placed_at timestamptz not null,
      released_at timestamptz,
      release_reason text
    )`.execute(db);
  await sql`create index audit_holds_tenant on audit_holds (tenant, id)`.execute(db);
  // `tenant` is '*' for one of the installation. `leased_until`: one process at a time sends for a sink.
  await sql`
    create table audit_sinks (
      id text collate "C" primary key,
      tenant text collate "C" not null,
      name text collate "C" not null,
      settings text not null,
      secret_id text,
      state text collate "C" not null default 'active',
      problem text,
      failures integer not null default 0,
      failing_since timestamptz,
      next_try_at timestamptz,
      delivered_at timestamptz,
      delivered bigint not null default 0,
      leased_by text,
      leased_until timestamptz,
      unique (tenant, name)
    )`.execute(db);
  await sql`
    create table audit_sink_positions (
      sink text collate "C" not null references audit_sinks (id) on delete cascade,
      tenant text collate "C" not null,
      next_index bigint not null,
      primary key (sink, tenant)
    )`.execute(db);
  await sql`
    create table audit_exports (
      id text collate "C" primary key,
      tenant text collate "C" not null,
      from_index bigint not null,
      to_index bigint not null,
      key text not null,
      location text not null,
      state text collate "C" not null,
      records bigint not null default 0,
      bytes bigint,
      sha256 text,
      problem text,
      attempts integer not null default 0,
      created_at timestamptz not null,
      finished_at timestamptz,
      next_try_at timestamptz,
      leased_by text,
      leased_until timestamptz
    )`.execute(db);
  await sql`create index audit_exports_tenant on audit_exports (tenant, id)`.execute(db);
  // Of sizes that somebody asked for. Beside those signed in due course: each of these names the one before it, and no other.
  await sql`
    create table audit_asked_checkpoints (
      tenant text collate "C" not null,
      size bigint not null,
      note text not null,
      primary key (tenant, size)
    )`.execute(db);
}
