import type { AuditEvent } from '@patchbay/contracts';
import { sql } from 'kysely';
import type { ReconcilePorts } from '../operations/reconcile-executions.ts';
import { type AuditDatabase, storeUnavailable } from './audit-database.ts';
import { firstFollowing } from './audit-partitions.ts';

const timeOf = (ms: number) => sql`${new Date(ms).toISOString()}::timestamptz`;

/** What the store knows of executions without an outcome, and of outcomes that came late. */
export function createPostgresReconciliation(
  database: AuditDatabase,
): Pick<ReconcilePorts, 'readUnended' | 'readSuperseded'> {
  async function rowsOf<Row>(statement: ReturnType<typeof sql<Row>>): Promise<readonly Row[]> {
    try {
      return (await database.use((db) => statement.execute(db))).rows;
    } catch (error) {
      throw storeUnavailable(error);
    }
  }
  return {
    async readUnended({ sinceMs, beforeMs, limit }) {
      const rows = await rowsOf(
        sql<{ execution_id: string; epoch_ms: number; event: string }>`
          select execution_id, (extract(epoch from time) * 1000)::double precision as epoch_ms, event
          from audit_events intent
          where class = 'execution' and status = 'intent' and execution_id is not null
            and time >= ${timeOf(sinceMs)} and time < ${timeOf(beforeMs)}
            and not exists (
              select from audit_events later
              where later.execution_id = intent.execution_id and later.tenant = intent.tenant
                and later.event_id >= ${firstFollowing(sinceMs)} and (
                (later.class = 'execution' and later.status <> 'intent') or later.class = 'reconciliation'
                -- Of several intents of one execution the first stands for it.
                or (later.class = 'execution' and (later.time, later.event_id) < (intent.time, intent.event_id)))
            )
          order by time, event_id
          limit ${limit}`,
      );
      return rows.map(({ execution_id, epoch_ms, event }) => ({
        executionId: execution_id,
        intendedAtMs: Number(epoch_ms),
        intent: JSON.parse(event) as AuditEvent,
      }));
    },
    async readSuperseded({ sinceMs, limit }) {
      const rows = await rowsOf(
        sql<{ execution_id: string; epoch_ms: number; declaration: string; outcome: string }>`
          select distinct on (declared.time, declared.event_id) declared.execution_id, declared.event as declaration,
            outcome.event as outcome, (extract(epoch from outcome.time) * 1000)::double precision as epoch_ms
          from audit_events declared
          join audit_events outcome on outcome.execution_id = declared.execution_id and outcome.tenant = declared.tenant
            and outcome.class = 'execution' and outcome.status <> 'intent'
          where declared.class = 'reconciliation' and declared.type = 'dev.patchbay.reconciliation.outcome_unknown'
            and declared.time >= ${timeOf(sinceMs)}
            and not exists (
              select from audit_events said
              where said.execution_id = declared.execution_id and said.tenant = declared.tenant
                and said.class = 'reconciliation' and said.type = 'dev.patchbay.reconciliation.superseded'
            )
          order by declared.time, declared.event_id, outcome.time, outcome.event_id
          limit ${limit}`,
      );
      return rows.map(({ execution_id, epoch_ms, declaration, outcome }) => ({
        executionId: execution_id,
        endedAtMs: Number(epoch_ms),
        declaration: JSON.parse(declaration) as AuditEvent,
        outcome: JSON.parse(outcome) as AuditEvent,
      }));
    },
  };
}
