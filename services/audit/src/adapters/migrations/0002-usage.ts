import { type Kysely, sql } from 'kysely';

/**
 * What analytics add up besides durations, and a way to the outcomes of a time whosever they are. Rows from before hold null:
 * no estimate, and nothing known of the ledger. A tenant's own are found by `audit_events_time`.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table audit_events add column tokens integer, add column replayed boolean`.execute(db);
  await sql`
    create index audit_events_outcomes on audit_events (time)
    where class = 'execution' and status <> 'intent'`.execute(db);
}
