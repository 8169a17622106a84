import { sql } from 'kysely';
import type { OpenIntent } from '../domain/open-intent.ts';
import type { ListUnknownPorts } from '../operations/list-unknown.ts';
import { type AuditDatabase, storeUnavailable } from './audit-database.ts';
import { firstFollowing } from './audit-partitions.ts';

interface IntentRow {
  readonly tenant: string;
  readonly execution_id: string;
  readonly tool: string | null;
  readonly session: string | null;
  readonly event_id: string;
  readonly epoch_ms: number;
}

/** Reads intents of executions that have no outcome in `audit_events`. */
export function createPostgresOpenIntents(database: AuditDatabase): ListUnknownPorts['readOpenIntents'] {
  return async ({ sinceMs, beforeMs, limit, tenant, newestFirst = false }) => {
    const direction = newestFirst ? sql`desc` : sql`asc`;
    const ofTenant = tenant === undefined ? sql`` : sql`and tenant = ${tenant}`;
    try {
      const { rows } = await database.use((db) =>
        sql<IntentRow>`
          select tenant, execution_id, tool, session, event_id, (extract(epoch from time) * 1000)::double precision as epoch_ms
          from audit_events intent
          where class = 'execution' and status = 'intent' and execution_id is not null
            and time >= ${new Date(sinceMs).toISOString()}::timestamptz and time < ${new Date(beforeMs).toISOString()}::timestamptz
            ${ofTenant}
            and not exists (
              select from audit_events outcome
              where outcome.execution_id = intent.execution_id and outcome.tenant = intent.tenant
                and outcome.event_id >= ${firstFollowing(sinceMs)}
                and outcome.class = 'execution' and outcome.status <> 'intent'
            )
          order by time ${direction}, event_id ${direction}
          limit ${limit}`.execute(db),
      );
      return rows.map(toIntent);
    } catch (error) {
      throw storeUnavailable(error);
    }
  };
}

function toIntent(row: IntentRow): OpenIntent {
  return {
    tenant: row.tenant,
    executionId: row.execution_id,
    tool: row.tool,
    session: row.session,
    eventId: row.event_id,
    recordedAtMs: Number(row.epoch_ms),
  };
}
