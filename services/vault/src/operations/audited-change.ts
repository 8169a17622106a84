import { type AuditData, PatchbayError, toErrorBody } from '@patchbay/contracts';
import type { AuditEntry, Caller, RecordAudit, Report } from './ports.ts';

export interface ConnectionChange {
  readonly tenant: string;
  readonly type: `dev.patchbay.connection.${'added' | 'removed' | 'reconnected' | 'rotated' | 'reverted'}`;
  readonly connection: string;
  readonly integration?: string;
}

export interface AuditedWorkPorts {
  readonly recordAudit: RecordAudit;
  readonly report: Report;
}

/** Changes a connection between its audit records: see `auditedWork`. */
export function auditedChange<Result>(
  ports: AuditedWorkPorts,
  change: ConnectionChange,
  caller: Caller,
  work: () => Promise<{ result: Result; facts: AuditData['facts'] }>,
): Promise<Result> {
  const { tenant, type, connection: subject, integration } = change;
  return auditedWork(
    ports,
    (data) => ({
      tenant,
      class: 'connection',
      type,
      subject,
      data: {
        actor: { kind: 'admin', id: 'admin' },
        target: { kind: 'connection', id: subject },
        connection: subject,
        ...(integration !== undefined && { integration }),
        ...(caller.traceId !== null && { trace_id: caller.traceId }),
        ...data,
      },
    }),
    work,
  );
}

/**
 * Makes a change between its audit records: the intent is durable before anything changes, the outcome follows. A change
 * whose intent cannot be recorded is not made. A lost outcome leaves the intent, which an auditor sees as unfinished.
 * @throws PatchbayError `audit_unavailable`, or what `work` throws.
 */
export async function auditedWork<Result>(
  { recordAudit, report }: AuditedWorkPorts,
  entryOf: (data: Pick<AuditData, 'outcome' | 'error_code' | 'facts'>) => AuditEntry,
  work: () => Promise<{ result: Result; facts: AuditData['facts'] }>,
): Promise<Result> {
  const recordOutcome = async (entry: AuditEntry) => {
    await recordAudit(entry).catch((error: unknown) => {
      const { type, subject } = entry;
      report('error', 'the outcome of a change could not be audited; its intent was', { type, subject, err: error });
    });
  };

  await recordAudit(entryOf({ outcome: 'intent' }));
  try {
    const { result, facts } = await work();
    await recordOutcome(entryOf({ outcome: 'succeeded', ...(facts !== undefined && { facts }) }));
    return result;
  } catch (error) {
    const refused = error instanceof PatchbayError && error.code === 'connection_missing';
    await recordOutcome(entryOf({ outcome: refused ? 'refused' : 'failed', error_code: toErrorBody(error).code }));
    throw error;
  }
}
