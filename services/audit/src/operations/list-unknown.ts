import type { ListUnknown, ListUnknownResult, UnknownExecution } from '@patchbay/contracts';
import type { OpenIntent, OpenIntentRange } from '../domain/open-intent.ts';
import type { QueryAuditPorts } from './query-audit.ts';

export interface ListUnknownPorts extends QueryAuditPorts {
  /** Unix milliseconds. */
  readonly now: () => number;
  /** Whether or not they were declared unknown. @throws PatchbayError `audit_unavailable`. */
  readonly readOpenIntents: (range: OpenIntentRange) => Promise<readonly OpenIntent[]>;
}

/**
 * Lists executions whose effect nobody knows: their executor was lost, or a request left and no answer came. As any reading
 * of the log it is recorded first, and refused when it cannot be.
 * @throws PatchbayError `audit_unavailable`.
 */
export function createListUnknown({
  now,
  readOpenIntents,
  readPage,
  record,
}: ListUnknownPorts): (request: ListUnknown, context: { traceId: string | null }) => Promise<ListUnknownResult> {
  return async (request, { traceId }) => {
    const { tenant, older_than_ms: olderThanMs, within_ms: withinMs, limit } = request;
    const at = now();
    const sinceMs = Math.max(0, at - withinMs);
    const [open, told] = await Promise.all([
      readOpenIntents({
        sinceMs,
        beforeMs: Math.max(0, at - olderThanMs),
        limit: limit + 1,
        tenant,
        newestFirst: true,
      }),
      readPage({ tenant, class: 'execution', status: 'outcome_unknown', fromMs: sinceMs, limit: limit + 1 }),
    ]);
    const found: UnknownExecution[] = [
      ...open.map((intent) => ({
        execution_id: intent.executionId,
        tool: intent.tool,
        session: intent.session,
        time: new Date(intent.recordedAtMs).toISOString(),
        event_id: intent.eventId,
        why: 'no_outcome' as const,
      })),
      ...told.entries.map(({ event: { id, time, data } }) => ({
        execution_id: data.execution_id as string,
        tool: data.target.kind === 'tool' ? data.target.id : null,
        session: data.actor.session ?? null,
        time: new Date(time).toISOString(),
        event_id: id,
        why: 'outcome_unknown' as const,
      })),
    ].sort((a, b) => (a.time === b.time ? b.event_id.localeCompare(a.event_id) : b.time.localeCompare(a.time)));
    const executions = found.slice(0, limit);
    await record({
      tenant,
      class: 'query',
      type: 'dev.patchbay.audit.queried',
      data: {
        actor: { kind: 'admin', id: 'admin' },
        target: { kind: 'audit_log', id: tenant },
        outcome: 'succeeded',
        ...(traceId !== null && { trace_id: traceId }),
        facts: { unknown: 'yes', within_ms: withinMs, executions: executions.length },
      },
    });
    return { executions, more: found.length > limit };
  };
}
