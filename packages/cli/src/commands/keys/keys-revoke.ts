import type { Command } from 'commander';
import { defineCommand, type Run } from '../../define-command.ts';
import { platformOption, requireKeyId, tenantOfKey, type WhoseKey } from '../../input/key-options.ts';

export function addKeysRevoke(parent: Command, run: Run): void {
  defineCommand<[string], WhoseKey>(parent, run, {
    name: 'revoke <id>',
    summary: 'End a key, and everything that is open under it',
    examples: ['patchbay keys revoke key_01JD0000000000000000000000'],
    configure: platformOption,
    async run(context, options, id) {
      requireKeyId(id);
      const admin = await context.admin();
      const key = await admin.keys.revoke(id, tenantOfKey(options));
      context.show({ key }, () => `${context.style.good('revoked')}  ${id}  ${context.style.name(key.name)}`);
      return undefined;
    },
  });
}
