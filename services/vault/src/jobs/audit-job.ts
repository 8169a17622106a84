import { type AuditData, everyTenant, platformScope, type VaultJob } from '@patchbay/contracts';
import type { AuditEntry, RecordAudit, Report } from '../operations/ports.ts';

/** Records an outcome. It never throws: the intent is on record, and an auditor sees it as unfinished. */
export type RecordJob = (job: VaultJob, outcome: 'succeeded' | 'failed', errorCode?: string) => Promise<void>;

/** The audit event of a job: its intent before anything changes, its outcome after. */
export function jobEntry(job: VaultJob, outcome: AuditData['outcome'], more: Partial<AuditData> = {}): AuditEntry {
  return {
    tenant: job.tenant === platformScope ? everyTenant : job.tenant,
    class: 'credential',
    type: `dev.patchbay.vault.${job.kind}`,
    subject: job.id,
    data: {
      actor: job.begun_by === 'admin' ? { kind: 'admin', id: 'admin' } : { kind: 'service', id: job.instance },
      target: { kind: job.tenant === everyTenant ? 'wrapping_key' : 'tenant', id: job.target_key ?? job.tenant },
      outcome,
      ...(job.connection !== null && { connection: job.connection }),
      ...more,
      facts: {
        job: job.id,
        rows: job.done,
        takeovers: job.takeovers,
        keys_destroyed: job.keys_destroyed,
        ...(job.target_version !== null && { tenant_key_version: job.target_version }),
        ...(job.target_key !== null && { key_id: job.target_key }),
        ...more.facts,
      },
    },
  };
}

export function createRecordJob(ports: { readonly recordAudit: RecordAudit; readonly report: Report }): RecordJob {
  return async (job, outcome, errorCode) => {
    const entry = jobEntry(job, outcome, errorCode === undefined ? {} : { error_code: errorCode });
    await ports.recordAudit(entry).catch((error: unknown) => {
      const facts = { job: job.id, kind: job.kind, tenant: job.tenant, err: error };
      ports.report('error', 'the outcome of a job could not be audited; its intent was', facts);
    });
  };
}
