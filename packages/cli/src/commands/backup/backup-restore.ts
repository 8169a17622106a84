import { resolve } from 'node:path';
import { openBackup, type RestoreReport, restoreMachine } from '@patchbay/installation';
import { readSecretFile } from '@patchbay/service-kit';
import { type Command, Option } from 'commander';
import { checkout, findFacts, isAlive } from '../../config.ts';
import { defineCommand, type Run } from '../../define-command.ts';
import { UsageError } from '../../failures.ts';
import { backupDirectory, type PlaceOptions, placesIn, stateDirectory, stateOption } from './places.ts';

interface Options extends PlaceOptions {
  readonly from: string;
  readonly keysFrom: string;
  readonly key: string;
  readonly rootsFrom?: string;
  readonly submissions?: 'again' | 'leave-out';
  readonly databaseUrlFile?: string;
}

export function addBackupRestore(parent: Command, run: Run): void {
  defineCommand<[], Options>(parent, run, {
    name: 'restore',
    summary: 'Fill the empty state directory of one machine from a backup',
    description:
      'Fill the empty state directory of one machine from a backup, with Patchbay stopped. Nothing that is there is replaced. Start Patchbay afterwards. What was acknowledged after the backup began is not in it: docs/runbooks/backup-and-restore.md says what that means for idempotency keys and submissions.',
    examples: [
      'patchbay backup restore --from /backups/store --keys-from /elsewhere/keys --roots-from /mirror --key backup.seed --submissions leave-out',
    ],
    configure: (command) =>
      stateOption(command)
        .requiredOption('--from <dir>', 'the half with the store, or a directory of several: the newest')
        .requiredOption('--keys-from <dir>', 'the half with the keys, of the same backup')
        .requiredOption('--key <file>', 'the secret half of the key that both are sealed to')
        .option('--roots-from <dir>', "the mirror of the vault's roots; else they are in their place")
        .addOption(
          new Option(
            '--submissions <what>',
            'what becomes of submissions that waited then, and may have been carried out since',
          ).choices(['again', 'leave-out']),
        )
        .option('--database-url-file <file>', 'file with the URL of an empty PostgreSQL database, for pg_restore'),
    async run(context, options) {
      const at = (path: string) => resolve(context.io.cwd, path);
      const state = stateDirectory(context, options);
      const facts = findFacts({ ...context.io, env: { ...context.io.env, PATCHBAY_STATE_DIR: state } });
      if (facts !== null && isAlive(facts))
        throw new UsageError(`Patchbay runs on ${state} (process ${facts.pid}). Stop it first.`);
      const seed = readSecretFile(at(options.key));
      const store = openBackup(backupDirectory(context, options.from), seed);
      const places = placesIn(state);
      const report = await restoreMachine({
        store,
        keys: openBackup(backupDirectory(context, options.keysFrom), seed),
        places:
          options.databaseUrlFile === undefined
            ? places
            : { ...places, database: { urlFile: at(options.databaseUrlFile) } },
        rootsFrom: options.rootsFrom === undefined ? null : at(options.rootsFrom),
        waiting: options.submissions === undefined ? null : options.submissions === 'again' ? 'carry_out' : 'leave_out',
        projectRoot: checkout,
        onStep: (line) => context.note(line),
      });
      context.show(report, () => render(report, state));
      return undefined;
    },
  });
}

function render({ recovery_point, streams, messages, left_out, seconds }: RestoreReport, state: string): string {
  return [
    `restored  ${streams} streams with ${messages} messages to ${state}, ${seconds.toFixed(1)} s`,
    `What was acknowledged before ${recovery_point} is back. Start Patchbay: npm start`,
    ...(left_out === 0 ? [] : [`${left_out} submissions that waited then were left out.`]),
  ].join('\n');
}
