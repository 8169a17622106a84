import { type AuditData, toErrorBody } from '@patchbay/contracts';
import type { Caller, SourcePorts } from './source-ports.ts';

export interface SourceChange {
  readonly tenant: string;
  readonly source: string;
  readonly type: `dev.patchbay.webhook.${`source_${'added' | 'changed' | 'removed'}` | `secret_${'added' | 'removed'}`}`;
}

/**
 * Makes a change between its audit records: the intent is durable before anything changes, the outcome follows. A change
 * whose intent cannot be recorded is not made.
 * @throws PatchbayError `audit_unavailable`, or what `work` throws.
 */
export async function auditedChange<Result>(
  { recordAudit, report }: Pick<SourcePorts, 'recordAudit' | 'report'>,
  { tenant, source, type }: SourceChange,
  { traceId, actor = { kind: 'admin', id: 'admin' } }: Caller,
  work: () => Promise<{ readonly result: Result; readonly facts: AuditData['facts'] }>,
): Promise<Result> {
  const record = (outcome: AuditData['outcome'], more: Partial<AuditData> = {}) =>
    recordAudit({
      tenant,
      type,
      subject: source,
      data: {
        actor,
        target: { kind: 'webhook_source', id: source },
        outcome,
        ...(traceId !== null && { trace_id: traceId }),
        ...more,
      },
    });
  const recordOutcome = (...outcome: Parameters<typeof record>) =>
    record(...outcome).catch((error: unknown) =>
      report('error', 'the outcome of a change could not be audited; its intent was', { type, source, err: error }),
    );

  await record('intent');
  try {
    const { result, facts } = await work();
    await recordOutcome('succeeded', facts === undefined ? {} : { facts });
    return result;
  } catch (error) {
    const { code } = toErrorBody(error);
    await recordOutcome(code === 'invalid_request' ? 'refused' : 'failed', { error_code: code });
    throw error;
  }
}
