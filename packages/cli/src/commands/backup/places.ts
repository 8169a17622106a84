import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { MachinePlaces } from '@patchbay/installation';
import type { Command } from 'commander';
import { checkout, findFacts } from '../../config.ts';
import type { CommandContext } from '../../context.ts';
import { UsageError } from '../../failures.ts';

/** Where an installation's parts are, when it is not the state directory of one machine. */
export interface PlaceOptions {
  readonly state?: string;
  readonly nats?: string;
  readonly credentials?: string;
}

export function stateOption(command: Command): Command {
  return command.option(
    '--state <dir>',
    "one machine's state directory ($PATCHBAY_STATE_DIR, else the nearest .patchbay)",
  );
}

/** The state directory that a command is about. */
export function stateDirectory({ io }: CommandContext, { state }: PlaceOptions): string {
  if (state !== undefined) return resolve(io.cwd, state);
  const facts = findFacts(io);
  if (facts !== null) return facts.stateDir;
  return io.env.PATCHBAY_STATE_DIR ? resolve(io.cwd, io.env.PATCHBAY_STATE_DIR) : join(checkout, '.patchbay');
}

/** The parts of a state directory that a backup is of. */
export function placesIn(state: string): MachinePlaces & { readonly database: string } {
  const under = (name: string) => join(state, name);
  return {
    keys: under('keys'),
    nats: under('nats'),
    database: under('postgres'),
    spool: under('spool'),
    checkpoints: under('checkpoints'),
    roots: under('roots'),
    erasures: under('erasures'),
  };
}

/** Where NATS is, and the key of identity `backup`. @throws UsageError when nothing says so. */
export function serversOf(context: CommandContext, options: PlaceOptions) {
  const { io } = context;
  const urls = options.nats ?? io.env.PATCHBAY_NATS_URL ?? findFacts(io)?.nats_url;
  const seedFile =
    options.credentials ??
    io.env.PATCHBAY_CREDENTIALS ??
    join(stateDirectory(context, options), 'keys', 'nkeys', 'backup.nk');
  if (urls === undefined) throw new UsageError('Say where NATS is with --nats, or start Patchbay on this machine.');
  if (!existsSync(resolve(io.cwd, seedFile)))
    throw new UsageError(`There is no key of identity 'backup' at ${seedFile}. Name its file with --credentials.`);
  return { natsUrls: urls.split(',').map((url) => url.trim()), seedFile: resolve(io.cwd, seedFile) };
}

/** A directory that was named, or the newest backup in it. @throws UsageError when it is neither. */
export function backupDirectory({ io }: CommandContext, path: string): string {
  const directory = resolve(io.cwd, path);
  if (existsSync(join(directory, 'manifest.json'))) return directory;
  const newest = existsSync(directory)
    ? readdirSync(directory)
        .filter((name) => existsSync(join(directory, name, 'manifest.json')))
        .sort()
        .at(-1)
    : undefined;
  if (newest === undefined) throw new UsageError(`${directory} is no backup, and holds none that was finished.`);
  return join(directory, newest);
}
