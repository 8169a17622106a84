import { newId, PatchbayError, type VaultJob, type VaultJobKind } from '@patchbay/contracts';
import type { Caller, RecordAudit } from '../operations/ports.ts';
import { jobEntry } from './audit-job.ts';
import type { JobRunner } from './job-runner.ts';
import type { JobStore } from './ports.ts';

export interface StartJobPorts {
  readonly store: JobStore;
  readonly runner: Pick<JobRunner, 'begin'>;
  readonly recordAudit: RecordAudit;
  readonly now: () => Date;
  readonly instance: string;
}

export interface JobToStart {
  readonly tenant: string;
  readonly kind: VaultJobKind;
  readonly targetKey?: string | null;
  readonly connection?: string | null;
  readonly begunBy?: VaultJob['begun_by'];
}

/**
 * Records the intent, writes the job down and begins with it. While one of the same kind is under way for the tenant, that
 * one is the answer.
 * @throws PatchbayError `in_progress` while another kind is under way, `vault_unavailable`, `audit_unavailable`.
 */
export async function startJob(
  ports: StartJobPorts,
  { tenant, kind, targetKey = null, connection = null, begunBy = 'admin' }: JobToStart,
  caller: Caller,
): Promise<VaultJob> {
  for (;;) {
    const before = await ports.store.get(tenant);
    if (before?.job.kind === 'erase_tenant' && kind !== 'erase_tenant')
      throw new PatchbayError('invalid_request', { message: `The tenant '${tenant}' was erased.` });
    if (before?.job.state === 'running') {
      if (before.job.kind === kind && before.job.connection === connection) return before.job;
      throw new PatchbayError('in_progress', {
        message: `The job ${before.job.id} (${before.job.kind}) is under way for '${tenant}'. Try again when it is done.`,
      });
    }
    const at = ports.now();
    const job: VaultJob = {
      id: newId('job', at.getTime()),
      kind,
      tenant,
      state: 'running',
      step: 'begins',
      total: 0,
      done: 0,
      started_at: at.toISOString(),
      updated_at: at.toISOString(),
      finished_at: null,
      begun_by: begunBy,
      instance: ports.instance,
      takeovers: 0,
      target_version: null,
      target_key: targetKey,
      connection,
      keys_destroyed: 0,
      cursor: 0,
      error: null,
    };
    await ports.recordAudit(jobEntry(job, 'intent', caller.traceId === null ? {} : { trace_id: caller.traceId }));
    const revision = await ports.store.put(job, before?.revision ?? null);
    if (revision === null) continue;
    ports.runner.begin({ job, revision });
    return job;
  }
}
