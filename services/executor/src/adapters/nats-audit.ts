import type { AuditRecorder, PersonalRecorder } from '@patchbay/audit-log';
import { type AuditData, type AuditEventType, auditEventClass } from '@patchbay/contracts';
import type { RecordAudit } from '../operations/ports.ts';

type PersonalOf = () => Readonly<Record<string, unknown>>;

/** Executions in the audit log. `keepsPersonal` says of a tenant whether what is personal of its calls is kept, sealed. */
export function createExecutionAudit(
  recorder: PersonalRecorder,
  keepsPersonal: (tenant: string) => boolean,
): RecordAudit {
  const outcome: AuditEventType = 'dev.patchbay.execution.outcome';
  const entryOf = <Data>(
    tenant: string,
    type: AuditEventType,
    executionId: string,
    data: Data,
    personal?: PersonalOf,
  ) => ({
    tenant,
    class: 'execution' as const,
    type,
    subject: executionId,
    data: { ...data, execution_id: executionId },
    ...(personal !== undefined && keepsPersonal(tenant) && { personal: personal() }),
  });
  // The caller waits for the intent. Its outcome is told after the answer, but where it is all that is told.
  const pace = (type: AuditEventType, ahead: boolean) => (ahead ? { ahead } : { unhurried: type === outcome });
  return {
    draft(tenant, executionId, data, personal) {
      const draft = recorder.draft(entryOf(tenant, outcome, executionId, data, personal));
      return { complete: (rest, ahead) => draft.complete(rest, pace(outcome, ahead)) };
    },
    begin: (tenant, type, executionId, data, { personal, ahead = false } = {}) =>
      recorder.begin({ ...entryOf(tenant, type, executionId, data, personal), ...pace(type, ahead) }),
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
