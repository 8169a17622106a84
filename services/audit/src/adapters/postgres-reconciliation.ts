import type { AuditEvent } from '@patchbay/contracts';
import { type RawBuilder, sql } from 'kysely';
import type { Unended } from '../domain/reconciliation.ts';
import type { ReconcilePorts } from '../operations/reconcile-executions.ts';
import { type AuditDatabase, storeUnavailable } from './audit-database.ts';
import { firstFollowing } from './audit-partitions.ts';

const timeOf = (ms: number) => sql`${new Date(ms).toISOString()}::timestamptz`;

interface UnendedRow {
  readonly execution_id: string;
  readonly epoch_ms: number;
  readonly stream_sequence: string;
  readonly event: string;
}

/** Intents that nothing followed, none of them of before `sinceMs`. */
const unended = (within: RawBuilder<unknown>, order: RawBuilder<unknown>, sinceMs: number, limit: number) =>
  sql<UnendedRow>`
    select execution_id, (extract(epoch from time) * 1000)::double precision as epoch_ms, stream_sequence, event
    from audit_events intent
    where class = 'execution' and status = 'intent' and execution_id is not null and ${within}
      and not exists (
        select from audit_events later
        where later.execution_id = intent.execution_id and later.tenant = intent.tenant
          and later.event_id >= ${firstFollowing(sinceMs)} and (
          (later.class = 'execution' and later.status <> 'intent') or later.class = 'reconciliation'
          -- Of several intents of one execution the first stands for it.
          or (later.class = 'execution' and (later.time, later.event_id) < (intent.time, intent.event_id)))
      )
    order by ${order}
    limit ${limit}`;

const unendedOf = (rows: readonly UnendedRow[]): readonly Unended[] =>
  rows.map(({ execution_id, epoch_ms, stream_sequence, event }) => ({
    executionId: execution_id,
    intendedAtMs: Number(epoch_ms),
    sequence: Number(stream_sequence),
    intent: JSON.parse(event) as AuditEvent,
  }));

/** What the store knows of executions without an outcome, and of outcomes that came late. */
export function createPostgresReconciliation(
  database: AuditDatabase,
): Pick<ReconcilePorts, 'readUnended' | 'readUnendedByPlace' | 'readSuperseded'> {
  async function rowsOf<Row>(statement: ReturnType<typeof sql<Row>>): Promise<readonly Row[]> {
    try {
      return (await database.use((db) => statement.execute(db))).rows;
    } catch (error) {
      throw storeUnavailable(error);
    }
  }
  return {
    async readUnended({ sinceMs, beforeMs, limit }) {
      const within = sql`time >= ${timeOf(sinceMs)} and time < ${timeOf(beforeMs)}`;
      return unendedOf(await rowsOf(unended(within, sql`time, event_id`, sinceMs, limit)));
    },
    async readUnendedByPlace({ after, upTo, sinceMs, limit }) {
      const within = sql`stream_sequence >= ${after.sequence} and stream_sequence <= ${upTo}
        and (stream_sequence, event_id) > (${after.sequence}::bigint, ${after.eventId})`;
      // Without it the question would go through the records of all months for each intent.
      const [first] = await rowsOf(
        sql<{ epoch_ms: number | null }>`
          select (extract(epoch from min(time)) * 1000)::double precision as epoch_ms from audit_events
          where class = 'execution' and status = 'intent' and time >= ${timeOf(sinceMs)} and ${within}`,
      );
      if (first === undefined || first.epoch_ms === null) return [];
      const oldestMs = Number(first.epoch_ms);
      const since = sql`time >= ${timeOf(oldestMs)} and ${within}`;
      return unendedOf(await rowsOf(unended(since, sql`stream_sequence, event_id`, oldestMs, limit)));
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
