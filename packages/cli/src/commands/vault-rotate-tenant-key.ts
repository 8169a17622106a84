import type { Command } from 'commander';
import { defineCommand, type Run } from '../define-command.ts';
import { followJob, type WaitOptions, waitOption } from '../follow-job.ts';

export function addVaultRotateTenantKey(parent: Command, run: Run): void {
  defineCommand<[string | undefined], WaitOptions>(parent, run, {
    name: 'rotate-tenant-key [tenant]',
    summary: 'Give a tenant a new key, and destroy the one before',
    description:
      'Give a tenant a new key: every credential is encrypted under it while calls go on, then the key before is destroyed. It goes on in the vault whatever becomes of this command, and after the end of the vault that began it.',
    examples: ['patchbay vault rotate-tenant-key acme', 'patchbay vault rotate-tenant-key acme --no-wait --json'],
    configure: waitOption,
    async run(context, { wait }, tenant) {
      const admin = await context.admin();
      const job = await admin.vault.rotateTenantKey(tenant ?? admin.tenant);
      return followJob(context, admin, job, wait);
    },
  });
}
