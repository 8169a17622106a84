import type { Command } from 'commander';
import { defineCommand, type Run } from '../define-command.ts';
import { exitCodes } from '../exit-codes.ts';
import { requireIntegrationId } from './integrations-show.ts';

export function addOAuthRemoveClient(parent: Command, run: Run): void {
  defineCommand<[string], { readonly own?: boolean }>(parent, run, {
    name: 'remove-client <integration>',
    summary: 'Forget the app of an OAuth vendor; its connections keep their tokens until those end',
    examples: ['patchbay oauth remove-client hubspot'],
    configure: (command) => command.option('--own', "that of the tenant's own document, instead of the platform's"),
    async run(context, { own = false }, integration) {
      requireIntegrationId(integration);
      const removed = await (await context.admin()).oauth.removeClient(integration, { own });
      context.show({ removed }, () =>
        removed ? `${context.style.good('removed')}  ${integration}` : `No OAuth client was set for '${integration}'.`,
      );
      return removed ? undefined : exitCodes.failed;
    },
  });
}
