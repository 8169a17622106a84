import { type AuditData, toErrorBody } from '@patchbay/contracts';
import { reportAlteredStore } from '../operations/altered-store.ts';
import type { AuditedWorkPorts } from '../operations/audited-change.ts';
import type { AuditEntry } from '../operations/ports.ts';
import type { ServiceCaller } from '../secrets/secret-caller.ts';

/** Which keys were asked for: a person's, by their token, or what makes tokens (null). */
export interface SubjectRequest {
  readonly tenant: string;
  readonly subject: string | null;
}

export function subjectEntry(
  { tenant, subject }: SubjectRequest,
  caller: ServiceCaller,
  did: 'tokens_lent' | 'key_lent' | 'key_denied' | 'found' | 'destroyed',
  more: Pick<AuditData, 'outcome' | 'error_code' | 'facts'>,
): AuditEntry {
  return {
    tenant,
    class: 'credential',
    type: `dev.patchbay.subject.${did}`,
    subject: subject ?? 'tokens',
    data: {
      actor: { kind: caller.service === 'admin' ? 'admin' : 'service', id: caller.service },
      target: { kind: 'subject', id: subject ?? 'tokens' },
      ...(caller.traceId !== null && { trace_id: caller.traceId }),
      ...more,
    },
  };
}

/** Records that keys were not lent, for which nobody waits. An altered store is reported as well. */
export function recordSubjectDenial(
  { recordAudit, report }: AuditedWorkPorts,
  request: SubjectRequest,
  caller: ServiceCaller,
  error: unknown,
): void {
  const { code, details } = toErrorBody(error);
  const facts = { tenant: request.tenant, subject: request.subject, code };
  reportAlteredStore(report, error, facts);
  const denied = subjectEntry(request, caller, 'key_denied', {
    outcome: code === 'vault_unavailable' || code === 'internal' ? 'failed' : 'refused',
    error_code: code,
    ...(typeof details.reason === 'string' && { facts: { reason: details.reason } }),
  });
  recordAudit(denied).catch((second: unknown) => {
    report('warn', 'a refused request for keys of persons could not be audited', { ...facts, err: second });
  });
}
