import type { AuditRecorder, PersonalRecorder } from '@patchbay/audit-log';
import { type AuditData, type AuditEventType, auditEventClass } from '@patchbay/contracts';
import type { RecordAudit } from '../operations/ports.ts';

/** Executions in the audit log. `keepsPersonal` says of a tenant whether what is personal of its calls is kept, sealed. */
export function createExecutionAudit(
  recorder: PersonalRecorder,
  keepsPersonal: (tenant: string) => boolean,
): RecordAudit {
  return {
    keyedDigest: (tenant, digest) => recorder.keyedDigest(tenant, digest),
    begin: (tenant, type, executionId, data, { personal, ahead = false } = {}) =>
      recorder.begin({
        tenant,
        class: 'execution',
        type,
        subject: executionId,
        data: { ...data, execution_id: executionId },
        // The caller waits for the intent. Its outcome is told after the answer, but where it is all that is told.
        ...(ahead ? { ahead } : { unhurried: type === 'dev.patchbay.execution.outcome' }),
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
