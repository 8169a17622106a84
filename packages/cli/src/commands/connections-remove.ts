import { idSchema } from '@patchbay/contracts';
import type { Command } from 'commander';
import { defineCommand, type Run } from '../define-command.ts';
import { UsageError } from '../failures.ts';

export function addConnectionsRemove(parent: Command, run: Run): void {
  defineCommand<[string], object>(parent, run, {
    name: 'remove <id>',
    summary: 'Revoke a connection and destroy its credential',
    examples: ['patchbay connections remove con_01JD0000000000000000000000'],
    async run(context, _options, id) {
      if (!idSchema('connection').safeParse(id).success)
        throw new UsageError(`'${id}' is no connection id; 'patchbay connections list' has them.`);
      const admin = await context.admin();
      const connection = await admin.removeConnection(id);
      context.show({ connection }, () =>
        [
          `${context.style.good('removed')}  ${connection.id}  ${context.style.name(connection.integration)} of tenant ${connection.tenant}`,
          `Status: ${connection.status}. Its credential is destroyed; executors drop their leases.`,
        ].join('\n'),
      );
      return undefined;
    },
  });
}
