import { rmSync } from 'node:fs';
import { inboxPrefixOf, PatchbayError, routes } from '@patchbay/contracts';
import { connectMessaging, type Messaging } from '@patchbay/messaging';
import { readSecretFile } from '@patchbay/service-kit';
import { type BackupHalf, beginHalf, type FinishedHalf } from './backup-half.ts';
import { dumpPostgres } from './postgres-dump.ts';
import { auditStream, keyStream, rotationStreams, storeStreams, vaultStreams } from './stream-order.ts';

/** What of an installation is copied. Null: it is not here, or backed up by other means. */
export interface BackupSources {
  readonly natsUrls: readonly string[];
  /** File with the NKey seed of identity `backup`. */
  readonly seedFile: string;
  readonly keys: string | null;
  readonly checkpoints: string | null;
  readonly spool: string | null;
  /** `audit`: the audit service's own, if it has one. Else a file with the URL of a PostgreSQL server. */
  readonly database: 'audit' | { readonly urlFile: string } | null;
}

export interface BackupRequest {
  readonly sources: BackupSources;
  /** Directory that a directory is made in for this backup. */
  readonly to: string;
  /** The same for what opens things: keys, and the tenants' wrapped keys. Null leaves them out. */
  readonly keysTo: string | null;
  /** Public key of whom it is sealed to (`X…`). */
  readonly recipient: string;
  readonly onStep?: (line: string) => void;
}

export interface BackupReport {
  readonly id: string;
  /** Everything acknowledged before this moment is in it. */
  readonly started_at: string;
  readonly seconds: number;
  readonly store: FinishedHalf;
  /** Null: it was not asked for. */
  readonly keys: FinishedHalf | null;
  /** What became of the audit database: copied, dumped, or not in the backup. */
  readonly database: 'directory' | 'dump' | 'none';
}

/** Archives of the vault's rows that are taken at most, before a rotation that does not end fails the backup. */
const vaultTries = 20;
const pauseMs = 1_000;

/**
 * Copies an installation while calls go on. Never in it: the vault's roots and list of erasures, which must have no history.
 * @throws PatchbayError `overloaded` when a server falls silent, or a tenant's key is being rotated all the time.
 */
export async function makeBackup(request: BackupRequest): Promise<BackupReport> {
  const { sources, onStep = () => {} } = request;
  const started = performance.now();
  const startedAt = new Date();
  const id = startedAt.toISOString().replace(/[-:.]/g, '');
  const common = { id, startedAt, recipient: request.recipient };
  const messaging = await connectMessaging({
    servers: sources.natsUrls,
    seed: readSecretFile(sources.seedFile),
    name: 'backup',
    inboxPrefix: inboxPrefixOf('backup'),
  });
  const halves: BackupHalf[] = [];
  try {
    const store = beginHalf({ ...common, under: request.to, half: 'store' });
    halves.push(store);
    const keys = request.keysTo === null ? null : beginHalf({ ...common, under: request.keysTo, half: 'keys' });
    if (keys !== null) halves.push(keys);

    // A record leaves the spool when the stream has it: what is no longer here is there later. Checkpoints are of what is stored.
    if (sources.spool !== null) await store.addDirectory('spool', sources.spool, isSpool);
    if (sources.checkpoints !== null) await store.addDirectory('checkpoints', sources.checkpoints);
    const database = await backUpDatabase(store, sources.database, messaging);
    onStep(`audit database: ${database === 'none' ? 'not in this backup' : database}`);
    for (const stream of storeStreams) await store.addStream(messaging, stream);
    onStep(`${storeStreams.length} streams of work and documents`);
    await backUpVault(messaging, store, keys, onStep);
    if (keys !== null && sources.keys !== null) await keys.addDirectory('keys', sources.keys);
    onStep(keys === null ? 'credentials, without what opens them' : 'credentials, and apart from them the keys');
    await store.addStream(messaging, auditStream, { withoutDurables: true });
    onStep('audit stream');

    const finishedAt = new Date();
    return {
      id,
      started_at: startedAt.toISOString(),
      store: store.finish(finishedAt),
      keys: keys?.finish(finishedAt) ?? null,
      database,
      seconds: (performance.now() - started) / 1_000,
    };
  } catch (error) {
    for (const half of halves) half.abandon();
    throw error;
  } finally {
    await messaging.close();
  }
}

/** Which process has a spool is not of its records. */
function isSpool(path: string): boolean {
  return !path.endsWith('/owner');
}

async function backUpDatabase(
  store: BackupHalf,
  database: BackupSources['database'],
  messaging: Messaging,
): Promise<BackupReport['database']> {
  if (database === null) return 'none';
  if (database !== 'audit') {
    await store.addDump('database', (file) => dumpPostgres(database.urlFile, file));
    return 'dump';
  }
  const { directory } = await messaging.request(routes.copyAuditDatabase, {}, {});
  if (directory === null) return 'none';
  try {
    await store.addDirectory('database', directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
  return 'directory';
}

async function backUpVault(
  messaging: Messaging,
  store: BackupHalf,
  keys: BackupHalf | null,
  onStep: (line: string) => void,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const before = await rotationsSeen(messaging);
    for (const stream of vaultStreams) await store.addStream(messaging, stream);
    await keys?.addStream(messaging, keyStream);
    if ((await rotationsSeen(messaging)) === before) return;
    if (attempt === vaultTries)
      throw new PatchbayError('overloaded', {
        message: "A tenant's key is being rotated. Make the backup when 'patchbay vault jobs' says that this is done.",
      });
    onStep('a key changed meanwhile: credentials are copied again');
    for (const stream of vaultStreams) store.drop(stream);
    keys?.drop(keyStream);
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

async function rotationsSeen(messaging: Messaging): Promise<string> {
  const bounds = await Promise.all(rotationStreams.map((stream) => messaging.streamBounds(stream)));
  return JSON.stringify(bounds.map(({ last }) => last));
}
