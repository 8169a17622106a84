import type { Command } from 'commander';
import { defineCommand, type Run } from '../define-command.ts';
import { requireIntegrationId } from './integrations-show.ts';

interface Options {
  readonly version?: string;
}

export function addIntegrationsRetire(parent: Command, run: Run): void {
  defineCommand<[string], Options>(parent, run, {
    name: 'retire <id>',
    summary: 'Take an integration, or one version of it, out of use',
    description:
      "Take an integration, or one version of it, out of use: its tools are no longer found or called. With --tenant, that tenant's own document; else the one for every tenant.",
    examples: ['patchbay integrations retire acme_crm', 'patchbay integrations retire acme_crm --version 1.0.0'],
    configure: (command) => command.option('--version <version>', 'this version alone (default: all)'),
    async run(context, { tenant, version }, id) {
      requireIntegrationId(id);
      const admin = await context.admin();
      const retired = await admin.retire(id, {
        ...(tenant !== undefined && { scope: tenant }),
        ...(version !== undefined && { version }),
      });
      context.show(retired, () =>
        [
          retired.retired.length === 0
            ? `Nothing of ${context.style.name(id)} was in use.`
            : `${context.style.good('retired')}  ${context.style.name(id)} ${retired.retired.join(', ')}`,
          retired.latest === null ? 'No version is left in use.' : `In use: ${retired.latest}`,
        ].join('\n'),
      );
      return undefined;
    },
  });
}
