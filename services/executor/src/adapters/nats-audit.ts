import type { AuditRecorder } from '@patchbay/audit-log';
import type { RecordAudit } from '../operations/ports.ts';

/** Executions in the audit log. */
export function createExecutionAudit(recorder: AuditRecorder): RecordAudit {
  return {
    begin: (tenant, type, executionId, data) =>
      recorder.begin({
        tenant,
        class: 'execution',
        type,
        subject: executionId,
        data: { ...data, execution_id: executionId },
      }),
  };
}
