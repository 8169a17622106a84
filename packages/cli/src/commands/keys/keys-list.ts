import type { Command } from 'commander';
import { defineCommand, type Run } from '../../define-command.ts';
import { platformOption, tenantOfKey, type WhoseKey } from '../../input/key-options.ts';
import { renderKeys } from '../../render/keys.ts';

interface Options extends WhoseKey {
  readonly all?: boolean;
}

export function addKeysList(parent: Command, run: Run): void {
  defineCommand<[], Options>(parent, run, {
    name: 'list',
    summary: "List the tenant's API keys, newest first; none shows its secret",
    examples: ['patchbay keys list', 'patchbay keys list --all --json'],
    configure: (command) => platformOption(command).option('--all', "every tenant's, and the platform's"),
    async run(context, options) {
      const admin = await context.admin();
      const keys = await admin.keys.list(options.all ? { tenant: null } : tenantOfKey(options));
      context.show({ keys }, () =>
        keys.length === 0
          ? 'There is no such key. Make one: patchbay keys create <name> --role <role>'
          : renderKeys(keys, context, Date.now()),
      );
      return undefined;
    },
  });
}
