import { inboxPrefixOf, PatchbayError, type ReplayAudit, type ReplayAuditResult } from '@patchbay/contracts';
import type { RecordAudit } from '../query-audit.ts';

export interface ReplayAuditPorts {
  readonly record: RecordAudit;
  /** Has the server send the tenant's messages, from behind a sequence or from a time on. @returns how many there are now. */
  readonly pushMessages: (tenant: string, after: number | Date, deliverTo: string) => Promise<number>;
}

/**
 * Has a tenant's auditor sent its messages of the stream, as they were published. The auditor itself may ask the stream for nothing.
 * @throws PatchbayError `invalid_request` for an inbox that is not the auditor's, `audit_unavailable` when it cannot be recorded.
 */
export function createReplayAudit({
  record,
  pushMessages,
}: ReplayAuditPorts): (
  tenant: string,
  request: ReplayAudit,
  context: { traceId: string | null },
) => Promise<ReplayAuditResult> {
  return async (tenant, { deliver_to: deliverTo, from, after }, { traceId }) => {
    if (!deliverTo.startsWith(`${inboxPrefixOf('auditor', tenant)}.`))
      throw new PatchbayError('invalid_request', {
        message: 'deliver_to: is not an inbox of this tenant’s auditor.',
        details: { issues: [{ path: 'deliver_to', message: 'is not an inbox of this tenant’s auditor' }] },
      });
    const start = after ?? (from === undefined ? 0 : new Date(from));
    await record({
      tenant,
      class: 'query',
      type: 'dev.patchbay.audit.queried',
      data: {
        actor: { kind: 'user', id: 'auditor' },
        target: { kind: 'audit_log', id: tenant },
        outcome: 'succeeded',
        ...(traceId !== null && { trace_id: traceId }),
        facts: { replay: 'yes', after: typeof start === 'number' ? start : start.toISOString() },
      },
    });
    return { messages: await pushMessages(tenant, start, deliverTo) };
  };
}
