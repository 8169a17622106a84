import type { Command } from 'commander';
import { defineCommand, type Run } from '../define-command.ts';
import { renderConnections } from '../render/connections.ts';

interface Options {
  readonly integration?: string;
}

export function addConnectionsList(parent: Command, run: Run): void {
  defineCommand<[], Options>(parent, run, {
    name: 'list',
    summary: "List the tenant's connections; none shows its credential",
    examples: ['patchbay connections list', 'patchbay connections list --integration slack --json'],
    configure: (command) => command.option('--integration <id>', 'only to this integration'),
    async run(context, { integration }) {
      const admin = await context.admin();
      const connections = await admin.listConnections(integration);
      context.show({ tenant: admin.tenant, connections }, () =>
        connections.length === 0
          ? `Tenant '${admin.tenant}' has no such connection. Add one: patchbay connections add <integration>`
          : renderConnections(connections, context),
      );
      return undefined;
    },
  });
}
