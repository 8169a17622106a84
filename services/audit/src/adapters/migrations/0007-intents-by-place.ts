import { type Kysely, sql } from 'kysely';

/** Intents by their place in the stream: those that nobody ended are looked for in the order in which they came. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create index audit_events_intent_places on audit_events (stream_sequence)
    where status = 'intent'`.execute(db);
}
