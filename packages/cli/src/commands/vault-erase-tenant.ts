import { TenantId } from '@patchbay/contracts';
import type { Command } from 'commander';
import { defineCommand, type Run } from '../define-command.ts';
import { UsageError } from '../failures.ts';
import { followJob, type WaitOptions, waitOption } from '../follow-job.ts';

interface Options extends WaitOptions {
  readonly confirm?: string;
}

export function addVaultEraseTenant(parent: Command, run: Run): void {
  defineCommand<[string], Options>(parent, run, {
    name: 'erase-tenant <tenant>',
    summary: 'Make everything unreadable that is encrypted for a tenant, for good',
    description:
      'Make everything unreadable that is encrypted for a tenant, for good: its keys are destroyed, its connections revoked, and executors drop its leases at once. The name cannot be used again. Vendors are not told: remove the connections before, if tokens are to be revoked there. What it prints is the receipt, and is in the audit log.',
    examples: ['patchbay vault erase-tenant acme --confirm acme'],
    configure: (command) =>
      waitOption(command).option('--confirm <tenant>', 'the tenant once more: this cannot be undone'),
    async run(context, { confirm, wait }, tenant) {
      if (!TenantId.safeParse(tenant).success) throw new UsageError(`'${tenant}' is no tenant id.`);
      if (confirm !== tenant) throw new UsageError(`This cannot be undone. If you mean it, add --confirm ${tenant}.`);
      const admin = await context.admin();
      return followJob(context, admin, await admin.vault.eraseTenant(tenant), wait);
    },
  });
}
