import { resolve } from 'node:path';
import { makeBackupKey } from '@patchbay/installation';
import type { Command } from 'commander';
import { defineCommand, type Run } from '../../define-command.ts';
import { UsageError } from '../../failures.ts';

export function addBackupKey(parent: Command, run: Run): void {
  defineCommand<[], { readonly out: string }>(parent, run, {
    name: 'key',
    summary: 'Make the key that backups are sealed to',
    description:
      'Make the key that backups are sealed to. The file holds its secret half, which alone opens them: keep it off the machines that make backups, twice. What is printed is the public half, by which they are made.',
    examples: ['patchbay backup key --out backup.seed'],
    configure: (command) => command.requiredOption('--out <file>', 'the new file for the secret half'),
    async run(context, { out }) {
      const file = resolve(context.io.cwd, out);
      let recipient: string;
      try {
        recipient = makeBackupKey(file);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw new UsageError(`${file} is there already.`);
        throw error;
      }
      context.show({ recipient, file }, () => recipient);
      context.note(`The secret half is in ${file}. Without it no backup can be read.`);
      return undefined;
    },
  });
}
