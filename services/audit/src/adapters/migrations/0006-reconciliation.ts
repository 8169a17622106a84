import { type Kysely, sql } from 'kysely';

/** Declarations are few, and looked through every half minute. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create index audit_events_declared on audit_events (time)
    where class = 'reconciliation'`.execute(db);
}
