import { type AuditStoreReport, auditConsumer } from '@patchbay/contracts';
import type { Messaging } from '@patchbay/messaging';
import { inTime } from '@patchbay/service-kit';
import { sql } from 'kysely';
import type { AuditDatabase } from './audit-database.ts';
import type { AuditCounters } from './log-store-report.ts';
import { migrations } from './migrations/index.ts';

/** Milliseconds for each of them to answer: whoever asks waits half a second for everything. */
const patienceMs = 200;

/** What an operator is told of the store: its schema against the one that this process knows, and what waits for it. */
export function createReportAuditStore(
  database: Pick<AuditDatabase, 'use' | 'server'>,
  messaging: Pick<Messaging, 'durableState'>,
  counters: Readonly<AuditCounters>,
): () => Promise<AuditStoreReport> {
  return async () => {
    const [applied, state] = await Promise.all([
      inTime(appliedMigrations(database), patienceMs, 'the database').catch(() => null),
      inTime(messaging.durableState(auditConsumer.stream, auditConsumer.durable), patienceMs, 'JetStream').catch(
        () => null,
      ),
    ]);
    const known = Object.keys(migrations);
    return {
      kind: database.server ? 'postgres' : 'pglite',
      answers: applied !== null,
      missing_migrations: applied === null ? [] : known.filter((name) => !applied.includes(name)),
      unknown_migrations: applied === null ? [] : applied.filter((name) => !known.includes(name)),
      waiting: state === null ? null : state.waiting + state.open,
      quarantined: counters.quarantined + counters.unkept,
    };
  };
}

async function appliedMigrations(database: Pick<AuditDatabase, 'use'>): Promise<string[]> {
  const { rows } = await database.use((db) => sql<{ name: string }>`select name from kysely_migration`.execute(db));
  return rows.map(({ name }) => name);
}
