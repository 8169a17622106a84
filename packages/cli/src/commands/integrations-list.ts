import type { Command } from 'commander';
import { defineCommand, type Run } from '../define-command.ts';
import { everyTool } from '../every-tool.ts';
import { integrationsOf } from '../integrations-of.ts';
import { renderTable } from '../render/table.ts';

export function addIntegrationsList(parent: Command, run: Run): void {
  defineCommand<[], object>(parent, run, {
    name: 'list',
    summary: 'List the integrations whose tools the tenant can call',
    examples: ['patchbay integrations list', 'patchbay integrations list --tenant acme --json'],
    async run(context) {
      const agent = await context.agent();
      const integrations = integrationsOf(await everyTool(agent));
      context.show({ tenant: agent.tenant, integrations }, () =>
        integrations.length === 0
          ? `Tenant '${agent.tenant}' has no integrations. Publish one: patchbay integrations publish <file>`
          : renderTable(
              integrations,
              [
                { title: 'INTEGRATION', value: ({ id }) => id, paint: context.style.name },
                { title: 'VERSION', value: ({ versions }) => versions.join(' '), paint: context.style.quiet },
                { title: 'CATEGORY', value: ({ category }) => category },
                { title: 'TOOLS', value: ({ tools }) => String(tools.length), align: 'right' },
                { title: '', value: ({ tools }) => tools.join(', '), flexible: true, paint: context.style.quiet },
              ],
              { style: context.style, width: context.io.stdout.columns ?? 120 },
            ),
      );
      return undefined;
    },
  });
}
