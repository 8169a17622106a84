import { idSchema } from '@patchbay/contracts';
import type { Command } from 'commander';
import { defineCommand, type Run } from '../define-command.ts';
import { UsageError } from '../failures.ts';
import { followJob, type WaitOptions, waitOption } from '../follow-job.ts';

export function addVaultEraseConnection(parent: Command, run: Run): void {
  defineCommand<[string], WaitOptions>(parent, run, {
    name: 'erase-connection <id>',
    summary: 'Remove a connection, and make every copy of its credential unreadable',
    description:
      "Remove a connection as 'connections remove' does, then rotate the tenant's key, so that no copy of the credential decrypts.",
    examples: ['patchbay vault erase-connection con_01JD0000000000000000000000'],
    configure: waitOption,
    async run(context, { wait }, id) {
      if (!idSchema('connection').safeParse(id).success)
        throw new UsageError(`'${id}' is no connection id; 'patchbay connections list' has them.`);
      const admin = await context.admin();
      return followJob(context, admin, await admin.vault.eraseConnection(id), wait);
    },
  });
}
