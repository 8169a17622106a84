import { type Kysely, sql } from 'kysely';

/**
 * What is kept of persons, apart from the events, so that it can go: an event has the SHA-256 of its ciphertext alone. And a way to
 * the events of a person, by their token.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table audit_events add column end_user text collate "C"`.execute(db);
  await sql`create index audit_events_end_user on audit_events (tenant, end_user, time) where end_user is not null`.execute(
    db,
  );
  await sql`
    create table audit_blobs (
      event_id text collate "C" primary key,
      tenant text collate "C" not null,
      subject text collate "C" not null,
      key text collate "C" not null,
      ciphertext bytea not null
    )`.execute(db);
  await sql`create index audit_blobs_subject on audit_blobs (tenant, subject)`.execute(db);
}
