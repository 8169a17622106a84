import { type InstallResult, platformScope } from '@patchbay/contracts';
import { Argument, type Command } from 'commander';
import type { CommandContext } from '../context.ts';
import { defineCommand, type Run } from '../define-command.ts';
import { scopeOf } from '../input/scope.ts';
import { renderChoices, renderInstalled } from '../render/choices.ts';
import { requireIntegrationId } from './integrations-show.ts';

export function addIntegrationsInstall(parent: Command, run: Run): void {
  defineCommand<[string], object>(parent, run, {
    name: 'install <id>',
    summary: 'Let a tenant, or all, see and call an integration',
    description:
      "Let a tenant, or all, see and call an integration. It says something only where a default says otherwise: see 'patchbay integrations default'.",
    examples: ['patchbay integrations install slack --tenant acme', 'patchbay integrations install slack'],
    async run(context, { tenant }, id) {
      requireIntegrationId(id);
      const admin = await context.admin();
      showInstalled(context, await admin.integrations.install(id, scopeOf(tenant)));
      return undefined;
    },
  });
}

export function addIntegrationsUninstall(parent: Command, run: Run): void {
  defineCommand<[string], object>(parent, run, {
    name: 'uninstall <id>',
    summary: 'Hide an integration from a tenant, or from all',
    description:
      'Hide an integration from a tenant, or from all: its tools are neither listed, found, described nor carried out, from now on. Its connections stay. Take it back with install.',
    examples: ['patchbay integrations uninstall slack --tenant acme', 'patchbay integrations uninstall slack'],
    async run(context, { tenant }, id) {
      requireIntegrationId(id);
      const admin = await context.admin();
      showInstalled(context, await admin.integrations.uninstall(id, scopeOf(tenant)));
      return undefined;
    },
  });
}

export function addIntegrationsDefault(parent: Command, run: Run): void {
  defineCommand<['installed' | 'opt-in' | 'none' | undefined], object>(parent, run, {
    name: 'default',
    summary: 'Say whether integrations are there unless somebody says otherwise',
    description:
      "Say whether the platform's integrations are there unless somebody says otherwise: 'installed', or 'opt-in' for only those that were installed. With --tenant for that tenant, else for every one. 'none' takes it back; without a word, shows everything that was said.",
    examples: [
      'patchbay integrations default opt-in --tenant acme',
      'patchbay integrations install slack --tenant acme',
      'patchbay integrations default --tenant acme',
    ],
    configure: (command) => {
      command.addArgument(
        new Argument('[what]', 'what counts where nothing else is said').choices(['installed', 'opt-in', 'none']),
      );
    },
    async run(context, { tenant }, what) {
      const { integrations } = await context.admin();
      const scope = scopeOf(tenant);
      if (what === undefined) {
        const choices = await integrations.choices(scope);
        context.show({ scope: tenant ?? platformScope, choices }, () => renderChoices(choices, tenant, context));
      } else {
        const result =
          what === 'none'
            ? await integrations.forget(null, scope)
            : await integrations.setDefault(what === 'installed', scope);
        showInstalled(context, result);
      }
      return undefined;
    },
  });
}

function showInstalled(context: CommandContext, result: InstallResult): void {
  context.show(result, () => renderInstalled(result, context.style));
}
