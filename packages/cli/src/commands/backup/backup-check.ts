import { resolve } from 'node:path';
import { checkBackup, openBackup } from '@patchbay/installation';
import { readSecretFile } from '@patchbay/service-kit';
import type { Command } from 'commander';
import { defineCommand, type Run } from '../../define-command.ts';
import { backupDirectory } from './places.ts';

export function addBackupCheck(parent: Command, run: Run): void {
  defineCommand<[string], { readonly key: string }>(parent, run, {
    name: 'check <dir>',
    summary: 'Read a backup to its end, and say whether it is whole',
    description:
      'Read a backup to its end, and say whether it is whole. Of a directory that holds several, the newest. A backup that nobody has restored is a hope: see docs/runbooks.',
    examples: ['patchbay backup check /backups/store --key backup.seed'],
    configure: (command) => command.requiredOption('--key <file>', 'the secret half of the key that it is sealed to'),
    async run(context, { key }, dir) {
      const opened = openBackup(backupDirectory(context, dir), readSecretFile(resolve(context.io.cwd, key)));
      const checked = await checkBackup(opened);
      const { id, half, started_at } = opened.content;
      const result = { id, half, started_at, directory: opened.directory, digest: opened.digest, ...checked };
      context.show(
        result,
        () =>
          `${context.style.good('whole')}  ${half} of backup ${id}: ${checked.files} files, ${checked.messages} messages, ${checked.bytes} bytes, manifest ${opened.digest}`,
      );
      return undefined;
    },
  });
}
