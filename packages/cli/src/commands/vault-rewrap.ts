import type { Command } from 'commander';
import { defineCommand, type Run } from '../define-command.ts';
import { followJob, type WaitOptions, waitOption } from '../follow-job.ts';

export function addVaultRewrap(parent: Command, run: Run): void {
  defineCommand<[], WaitOptions>(parent, run, {
    name: 'rewrap',
    summary: 'Wrap every tenant key under the wrapping key that the vaults are configured with',
    description:
      'Wrap every tenant key under the wrapping key that the vaults are configured with, after PATCHBAY_KMS_KEY_ID changed and PATCHBAY_KMS_PREVIOUS_KEY_ID names the one before. Credentials stay as they are.',
    examples: ['patchbay vault rewrap'],
    configure: waitOption,
    async run(context, { wait }) {
      const admin = await context.admin();
      return followJob(context, admin, await admin.vault.rewrapKeys(), wait);
    },
  });
}
