import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { streams } from '@patchbay/contracts';
import { ensureIdentityKeys, findBinary, seedFileOf, startNatsServer } from '@patchbay/local-servers';
import { checkBackup, fileOf, readFileOf } from './check-backup.ts';
import type { OpenedBackup } from './manifest.ts';
import { restoreRoots } from './mirror-roots.ts';
import { unpackDirectory } from './packed-directory.ts';
import { restorePostgres } from './postgres-dump.ts';
import { type RestoredStreams, restoreStreams } from './restore-streams.ts';

/** Where an installation of one machine keeps what it has. All of it is missing or empty. */
export interface MachinePlaces {
  readonly keys: string;
  /** The nats-server's own directory. */
  readonly nats: string;
  /** The audit database's directory, or a file with the URL of an empty database. */
  readonly database: string | { readonly urlFile: string };
  readonly spool: string;
  readonly checkpoints: string;
  readonly roots: string;
  readonly erasures: string;
}

export interface RestoreRequest {
  readonly store: OpenedBackup;
  readonly keys: OpenedBackup;
  readonly places: MachinePlaces;
  /** A mirror of the roots; null: they are in their place. */
  readonly rootsFrom: string | null;
  /** What becomes of submissions that waited when the backup was made. Null: refuse to restore while there are some. */
  readonly waiting: 'carry_out' | 'leave_out' | null;
  /** Where the nats-server program is found, which runs for as long as its store is filled. */
  readonly projectRoot: string;
  readonly onStep?: (line: string) => void;
}

export interface RestoreReport extends RestoredStreams {
  /** Everything acknowledged before this moment is back. What was acknowledged later is not. */
  readonly recovery_point: string;
  readonly seconds: number;
  /** Submissions that were left out. */
  readonly left_out: number;
}

/**
 * Fills an empty machine from a backup. Patchbay is started afterwards, and makes what no backup holds.
 * @throws DamagedBackup; Error when something is in the way, or a decision is missing.
 */
export async function restoreMachine(request: RestoreRequest): Promise<RestoreReport> {
  const { store, keys, places, onStep = () => {} } = request;
  const started = performance.now();
  refuseUnlike(store, keys);
  refuseFull(places, request.rootsFrom === null);
  const waiting = fileOf(store, streams.submissions.name)?.snapshot?.state.messages ?? 0;
  if (waiting > 0 && request.waiting === null)
    throw new Error(
      `${waiting} submissions waited when the backup was made, and may have been carried out since. Say whether they are carried out (again) or left out.`,
    );
  for (const half of [store, keys]) await checkBackup(half);
  onStep('both halves are whole');

  const files = await unpackDirectory(readFileOf(keys, 'keys'), places.keys);
  if (request.rootsFrom !== null) restoreRoots(request.rootsFrom, places);
  for (const name of ['spool', 'checkpoints'] as const)
    if (fileOf(store, name) !== null) await unpackDirectory(readFileOf(store, name), places[name]);
  onStep(`${files} key files, checkpoints, spool`);
  await restoreDatabase(store, places.database);
  onStep('audit database');

  const restored = await fillNats(request, waiting > 0 && request.waiting === 'leave_out');
  return {
    recovery_point: store.content.started_at,
    ...restored,
    left_out: request.waiting === 'leave_out' ? waiting : 0,
    seconds: (performance.now() - started) / 1_000,
  };
}

/** By a server of this process's own, which nobody else is let in to. */
async function fillNats(request: RestoreRequest, withoutSubmissions: boolean): Promise<RestoredStreams> {
  const { store, keys, places, onStep = () => {} } = request;
  const identities = ensureIdentityKeys(places.keys, []);
  const alone = identities.identities.filter(({ identity }) => identity === 'backup');
  const server = await startNatsServer({
    dir: places.nats,
    binary: findBinary('nats-server', request.projectRoot),
    keys: { identities: alone },
    port: 0,
    syncInterval: 'always',
  });
  try {
    return await restoreStreams({
      natsUrls: [server.url],
      seedFile: seedFileOf(identities, 'backup'),
      halves: [store, keys],
      wanted: (stream) => !(withoutSubmissions && stream === streams.submissions.name),
      onStep,
    });
  } finally {
    await server.stop();
  }
}

async function restoreDatabase(store: OpenedBackup, place: MachinePlaces['database']): Promise<void> {
  const file = fileOf(store, 'database');
  if (file === null) return;
  if (file.kind === 'directory' && typeof place === 'string')
    await unpackDirectory(readFileOf(store, 'database'), place);
  else if (file.kind === 'dump' && typeof place !== 'string')
    await restorePostgres(place.urlFile, readFileOf(store, 'database'));
  else
    throw new Error(
      file.kind === 'dump'
        ? 'The backup has the dump of a PostgreSQL server: say which empty database it goes to.'
        : 'The backup has a database directory, which no PostgreSQL server takes.',
    );
}

function refuseUnlike(store: OpenedBackup, keys: OpenedBackup): void {
  if (store.content.half !== 'store' || keys.content.half !== 'keys')
    throw new Error('A restore takes the half with the store and the half with the keys, in this order.');
  if (store.content.id !== keys.content.id)
    throw new Error(`The halves are of different backups, ${store.content.id} and ${keys.content.id}.`);
}

function refuseFull(places: MachinePlaces, rootsStay: boolean): void {
  const { keys, nats, database, spool, checkpoints, roots } = places;
  const taken = [keys, join(nats, 'jetstream'), spool, checkpoints, ...(typeof database === 'string' ? [database] : [])]
    .concat(rootsStay ? [] : [roots])
    .filter((place) => existsSync(place) && readdirSync(place).length > 0);
  if (taken.length > 0) throw new Error(`Restoring replaces nothing. Move away first: ${taken.join(', ')}`);
  if (rootsStay && !existsSync(join(roots, 'id')))
    throw new Error(
      `Without the roots no credential can be read. Say where their mirror is, or mount them at ${roots}.`,
    );
}
