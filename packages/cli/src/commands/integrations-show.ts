import { IntegrationId } from '@patchbay/contracts';
import type { Command } from 'commander';
import { defineCommand, type Run } from '../define-command.ts';
import { UsageError } from '../failures.ts';
import { renderIntegration } from '../render/integration.ts';

interface Options {
  readonly version?: string;
}

export function addIntegrationsShow(parent: Command, run: Run): void {
  defineCommand<[string], Options>(parent, run, {
    name: 'show <id>',
    summary: 'Show a registered integration: hosts, sign-in, tools and versions',
    description:
      "Show a registered integration: hosts, sign-in, tools and versions. With --tenant, that tenant's own document; else the one for every tenant. --json prints the whole document.",
    examples: ['patchbay integrations show slack', 'patchbay integrations show slack --json | jq .document.tools'],
    configure: (command) => command.option('--version <version>', 'this version (default: the newest)'),
    async run(context, { tenant, version }, id) {
      requireIntegrationId(id);
      const admin = await context.admin();
      const found = await admin.integration(id, {
        ...(tenant !== undefined && { scope: tenant }),
        ...(version !== undefined && { version }),
      });
      context.show(found, () => renderIntegration(found, context));
      return undefined;
    },
  });
}

/** @throws UsageError */
export function requireIntegrationId(id: string): void {
  if (!IntegrationId.safeParse(id).success)
    throw new UsageError(`'${id}' is no integration id: a lower-case letter, then letters, digits or underscores.`);
}
