import type { Command } from 'commander';
import { defineCommand, type Run } from '../define-command.ts';
import { renderVaultJobs } from '../render/vault-jobs.ts';

export function addVaultJobs(parent: Command, run: Run): void {
  defineCommand<[string | undefined], object>(parent, run, {
    name: 'jobs [tenant]',
    summary: "Show the vault's jobs: the newest of each tenant",
    examples: ['patchbay vault jobs', 'patchbay vault jobs acme --json'],
    async run(context, _options, tenant) {
      const admin = await context.admin();
      const jobs = await admin.vault.jobs(tenant === undefined ? {} : { tenant });
      context.show({ jobs }, () => (jobs.length === 0 ? 'There was no job.' : renderVaultJobs(jobs, context)));
      return undefined;
    },
  });
}
