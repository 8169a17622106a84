import { type AuditData, PatchbayError, toErrorBody } from '@patchbay/contracts';
import type { AuditEntry, Caller, RecordAudit, Report } from './ports.ts';

export interface ConnectionChange {
  readonly tenant: string;
  readonly type: `dev.patchbay.connection.${'added' | 'removed' | 'reconnected' | 'rotated' | 'reverted'}`;
  readonly connection: string;
  readonly integration?: string;
}

/**
 * Makes a change between its audit records: the intent is durable before anything changes, the outcome follows. A change
 * whose intent cannot be recorded is not made. A lost outcome leaves the intent, which an auditor sees as unfinished.
 * @throws PatchbayError `audit_unavailable`, or what `change` throws.
 */
export async function auditedChange<Result>(
  ports: { readonly recordAudit: RecordAudit; readonly report: Report },
  change: ConnectionChange,
  caller: Caller,
  work: () => Promise<{ result: Result; facts: AuditData['facts'] }>,
): Promise<Result> {
  const entry = (outcome: AuditData['outcome'], more: Partial<AuditData> = {}): AuditEntry => ({
    tenant: change.tenant,
    class: 'connection',
    type: change.type,
    subject: change.connection,
    data: {
      actor: { kind: 'admin', id: 'admin' },
      target: { kind: 'connection', id: change.connection },
      outcome,
      connection: change.connection,
      ...(change.integration !== undefined && { integration: change.integration }),
      ...(caller.traceId !== null && { trace_id: caller.traceId }),
      ...more,
    },
  });
  const recordOutcome = async (outcome: AuditEntry) => {
    await ports.recordAudit(outcome).catch((error: unknown) => {
      ports.report('error', 'the outcome of a change could not be audited; its intent was', {
        type: change.type,
        connection: change.connection,
        err: error,
      });
    });
  };

  await ports.recordAudit(entry('intent'));
  try {
    const { result, facts } = await work();
    await recordOutcome(entry('succeeded', facts === undefined ? {} : { facts }));
    return result;
  } catch (error) {
    const refused = error instanceof PatchbayError && error.code === 'connection_missing';
    await recordOutcome(entry(refused ? 'refused' : 'failed', { error_code: toErrorBody(error).code }));
    throw error;
  }
}
