import { resolve } from 'node:path';
import { fileOf, openBackup, readFileOf, unpackDirectory } from '@patchbay/installation';
import { readSecretFile } from '@patchbay/service-kit';
import type { Command } from 'commander';
import { defineCommand, type Run } from '../../define-command.ts';
import { UsageError } from '../../failures.ts';
import { backupDirectory } from './places.ts';

interface Options {
  readonly key: string;
  readonly to: string;
}

export function addBackupUnpack(parent: Command, run: Run): void {
  defineCommand<[string, string], Options>(parent, run, {
    name: 'unpack <dir> <name>',
    summary: 'Write one directory of a backup down: keys, checkpoints, spool or database',
    description:
      'Write one directory of a backup down: keys, checkpoints, spool or database, for an installation whose parts are on several machines. Nothing that is there is replaced.',
    examples: ['patchbay backup unpack /elsewhere/keys keys --key backup.seed --to ./keys'],
    configure: (command) =>
      command
        .requiredOption('--key <file>', 'the secret half of the key that it is sealed to')
        .requiredOption('--to <dir>', 'where it is written'),
    async run(context, { key, to }, dir, name) {
      const at = (path: string) => resolve(context.io.cwd, path);
      const opened = openBackup(backupDirectory(context, dir), readSecretFile(at(key)));
      if (fileOf(opened, name)?.kind !== 'directory') {
        const names = opened.content.files.filter(({ kind }) => kind === 'directory').map((file) => file.name);
        throw new UsageError(`This half has no directory '${name}'. It has: ${names.join(', ') || 'none'}.`);
      }
      const files = await unpackDirectory(readFileOf(opened, name), at(to));
      context.show({ files, directory: at(to) }, () => `${context.style.good('written')}  ${files} files to ${at(to)}`);
      return undefined;
    },
  });
}
