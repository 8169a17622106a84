import { resolve } from 'node:path';
import { openBackup, restoreStreams } from '@patchbay/installation';
import { readSecretFile } from '@patchbay/service-kit';
import type { Command } from 'commander';
import { defineCommand, type Run } from '../../define-command.ts';
import { UsageError } from '../../failures.ts';
import { backupDirectory, type PlaceOptions, serversOf, stateOption } from './places.ts';

interface Options extends PlaceOptions {
  readonly key: string;
  readonly only?: string;
}

export function addBackupRestoreStreams(parent: Command, run: Run): void {
  defineCommand<[string[]], Options>(parent, run, {
    name: 'restore-streams <dir...>',
    summary: 'Make streams again that are missing on running NATS servers',
    description:
      'Make streams again that are missing on running NATS servers, with what they held when the backup was made. One that is there is never replaced. Provision afterwards: that makes what no backup holds, and gives each stream as many copies as it should have.',
    examples: [
      'patchbay backup restore-streams /backups/store /elsewhere/keys --key backup.seed --nats nats://n1:4222 --credentials backup.nk',
      'patchbay backup restore-streams /backups/store --key backup.seed --only KV_connections,KV_policies',
    ],
    configure: (command) =>
      stateOption(command)
        .requiredOption('--key <file>', 'the secret half of the key that they are sealed to')
        .option('--only <names>', 'comma list of streams; default all of them'),
    async run(context, options, dirs) {
      const seed = readSecretFile(resolve(context.io.cwd, options.key));
      const halves = dirs.map((dir) => openBackup(backupDirectory(context, dir), seed));
      const only = options.only?.split(',').map((name) => name.trim());
      const known = halves.flatMap(({ content }) => content.files.map(({ name }) => name));
      const unknown = only?.filter((name) => !known.includes(name)) ?? [];
      if (unknown.length > 0) throw new UsageError(`The backup has no stream ${unknown.join(', ')}.`);
      const restored = await restoreStreams({
        ...serversOf(context, options),
        halves,
        ...(only !== undefined && { wanted: (stream: string) => only.includes(stream) }),
        onStep: (line) => context.note(line),
      });
      context.show(
        restored,
        () => `${context.style.good('restored')}  ${restored.streams} streams, ${restored.messages} messages`,
      );
      return undefined;
    },
  });
}
