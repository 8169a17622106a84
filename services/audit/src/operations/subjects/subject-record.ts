import type { AuditData } from '@patchbay/contracts';
import type { RecordAudit } from '../query-audit.ts';

export interface SubjectAct {
  readonly tenant: string;
  readonly did: 'revealed' | 'exported' | 'erased';
  /** An event, or a person's token; null: it is not known yet. */
  readonly target: string | null;
  readonly traceId: string | null;
}

/** Records what was done with what is kept of a person. Settles when it is durable. @throws PatchbayError `audit_unavailable`. */
export function recordSubjectAct(
  record: RecordAudit,
  { tenant, did, target, traceId }: SubjectAct,
  more: Pick<AuditData, 'outcome' | 'error_code' | 'facts'>,
): Promise<void> {
  return record({
    tenant,
    class: 'query',
    type: `dev.patchbay.subject.${did}`,
    data: {
      actor: { kind: 'admin', id: 'admin' },
      target: { kind: did === 'revealed' ? 'audit_event' : 'subject', id: target ?? 'unknown' },
      ...(traceId !== null && { trace_id: traceId }),
      ...more,
    },
  });
}
