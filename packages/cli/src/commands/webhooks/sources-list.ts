import type { Command } from 'commander';
import { defineCommand, type Run } from '../../define-command.ts';
import { renderSources } from '../../render/webhook-sources.ts';

export function addSourcesList(parent: Command, run: Run): void {
  defineCommand<[], object>(parent, run, {
    name: 'list',
    summary: "List the tenant's sources: the URLs at which it takes webhooks",
    examples: ['patchbay webhooks sources list', 'patchbay webhooks sources list --json'],
    async run(context) {
      const admin = await context.admin();
      const sources = await admin.webhooks.sources.list();
      context.show(
        { sources },
        () =>
          renderSources(sources, context) ||
          `Tenant '${admin.tenant}' has no source. Add one: patchbay webhooks sources add <scheme>`,
      );
      return undefined;
    },
  });
}
