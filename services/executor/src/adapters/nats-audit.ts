import type { AuditRecorder, PersonalRecorder } from '@patchbay/audit-log';
import { type AuditData, type AuditEventType, auditEventClass } from '@patchbay/contracts';
import type { RecordAudit } from '../operations/ports.ts';

/** Executions in the audit log. `keepsPersonal` says of a tenant whether what is personal of its calls is kept, sealed. */
export function createExecutionAudit(
  recorder: PersonalRecorder,
  keepsPersonal: (tenant: string) => boolean,
): RecordAudit {
  return {
    begin: (tenant, type, executionId, data, personal) =>
      recorder.begin({
        tenant,
        class: 'execution',
        type,
        subject: executionId,
        data: { ...data, execution_id: executionId },
        // The caller waits for the intent. Its outcome is told after the answer.
        unhurried: type === 'dev.patchbay.execution.outcome',
        ...(personal !== undefined && keepsPersonal(tenant) && { personal: personal() }),
      }),
  };
}

/** Records events that nothing waits for; what the stream did not take is told to `onLost`. */
export function recordNotice(
  recorder: AuditRecorder,
  type: AuditEventType,
  onLost: (error: unknown) => void,
): (tenant: string, data: AuditData) => void {
  return (tenant, data) => {
    recorder.record({ tenant, class: auditEventClass(type), type, data }).catch(onLost);
  };
}
