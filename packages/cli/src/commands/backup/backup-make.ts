import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { type BackupReport, makeBackup } from '@patchbay/installation';
import type { Command } from 'commander';
import type { CommandContext } from '../../context.ts';
import { defineCommand, type Run } from '../../define-command.ts';
import { UsageError } from '../../failures.ts';
import { type PlaceOptions, placesIn, serversOf, stateDirectory, stateOption } from './places.ts';

interface Options extends PlaceOptions {
  readonly to: string;
  readonly keysTo?: string;
  readonly recipient: string;
  readonly keysDir?: string;
  readonly checkpointsDir?: string;
  readonly spoolDir?: string;
  readonly databaseUrlFile?: string;
  readonly database: boolean;
}

export function addBackupMake(parent: Command, run: Run): void {
  defineCommand<[], Options>(parent, run, {
    name: 'make',
    summary: 'Make a backup while Patchbay runs',
    description:
      "Make a backup while Patchbay runs: JetStream's streams and buckets, the audit database, checkpoints and spools, and apart from them the keys. Everything acknowledged before it began is in it. The vault's roots are never in it: see 'patchbay backup mirror-roots'.",
    examples: [
      'patchbay backup make --to /backups/store --keys-to /elsewhere/keys --recipient XBEY…',
      'patchbay backup make --to /backups --recipient XBEY… --nats nats://nats:4222 --credentials /keys/nkeys/backup.nk --database-url-file /keys/database.url',
    ],
    configure: (command) =>
      stateOption(command)
        .requiredOption('--to <dir>', 'where a directory is made for this backup')
        .option(
          '--keys-to <dir>',
          'the same for keys and wrapped keys, on another disk; else they are not in the backup',
        )
        .requiredOption('--recipient <key>', "the public half of the key that it is sealed to: 'patchbay backup key'")
        .option('--keys-dir <dir>', 'the keys, where they are not in the state directory')
        .option('--checkpoints-dir <dir>', 'the same for checkpoints of the audit logs')
        .option('--spool-dir <dir>', 'the same for the spools')
        .option('--database-url-file <file>', 'file with the URL of a PostgreSQL server, for pg_dump')
        .option('--no-database', 'leave the audit database to other means'),
    async run(context, options) {
      if (!/^X[A-Z2-7]{55}$/.test(options.recipient))
        throw new UsageError('--recipient takes a public key, X and 55 more characters.');
      const at = (path: string) => resolve(context.io.cwd, path);
      const report = await makeBackup({
        sources: { ...serversOf(context, options), ...sourcesOf(context, options) },
        to: at(options.to),
        keysTo: options.keysTo === undefined ? null : at(options.keysTo),
        recipient: options.recipient,
        onStep: (line) => context.note(line),
      });
      context.show(report, () => render(report));
      if (report.keys === null) context.note('Keys are not in it: without them nothing in it opens. See --keys-to.');
      return undefined;
    },
  });
}

function sourcesOf(context: CommandContext, options: Options) {
  const local = placesIn(stateDirectory(context, options));
  const given = (path: string | undefined, there: string) =>
    path !== undefined ? resolve(context.io.cwd, path) : existsSync(there) ? there : null;
  return {
    keys: given(options.keysDir, local.keys),
    checkpoints: given(options.checkpointsDir, local.checkpoints),
    spool: given(options.spoolDir, local.spool),
    database:
      options.databaseUrlFile !== undefined
        ? { urlFile: resolve(context.io.cwd, options.databaseUrlFile) }
        : options.database
          ? ('audit' as const)
          : null,
  };
}

function render({ id, started_at, seconds, store, keys, database }: BackupReport): string {
  const half = (name: string, { directory, messages, bytes, digest }: typeof store) =>
    `${name}  ${directory}\n       ${messages} messages, ${bytes} bytes, manifest ${digest}`;
  return [
    `backup ${id}, ${seconds.toFixed(1)} s. What was acknowledged before ${started_at} is in it.`,
    half('store', store),
    ...(keys === null ? [] : [half('keys ', keys)]),
    ...(database === 'none' ? ['The audit database is not in it.'] : []),
  ].join('\n');
}
