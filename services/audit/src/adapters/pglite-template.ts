import { constants, existsSync, readFileSync } from 'node:fs';
import { chmod, cp, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PGlite } from '@electric-sql/pglite';

/**
 * A cache of 32 MiB is plenty for a projection, and compiling queries costs more than it gains in one process. Nobody
 * replicates this log of changes, and whole pages in it guard against torn writes of a power cut only, which nothing here
 * survives anyway. A commit still waits for its log to be written, so that the end of this process loses nothing.
 */
const settings = [
  'shared_buffers=32MB',
  'jit=off',
  'timezone=UTC',
  'wal_level=minimal',
  'max_wal_senders=0',
  'full_page_writes=off',
];

/** PostgreSQL inside this process: on a directory, which becomes a database if it is none, or on `memory://`. */
export function startPglite(place: string): Promise<PGlite> {
  return PGlite.create(place, {
    startParams: [...PGlite.defaultStartParams, ...settings.flatMap((setting) => ['-c', setting])],
  });
}

const tools = fileURLToPath(new URL('../../../../.tools', import.meta.url));
/** What a directory has that holds a database. */
const versionFile = 'PG_VERSION';

/**
 * Making a new database takes PGlite some seconds of processor time, copying an empty one a tenth of a second. So set-up makes one,
 * for the PGlite that is installed. It has nothing of anybody: no row, no secret.
 */
function pgliteTemplate(): string {
  const entry = fileURLToPath(import.meta.resolve('@electric-sql/pglite'));
  const { version } = JSON.parse(readFileSync(join(dirname(entry), '..', 'package.json'), 'utf8')) as {
    version: string;
  };
  return join(tools, `pglite-${version}`);
}

/** Makes the template where it is not there yet; the same at the same time does no harm. */
export async function makePgliteTemplate(template = pgliteTemplate()): Promise<void> {
  if (existsSync(template)) return;
  await mkdir(dirname(template), { recursive: true });
  const unfinished = await mkdtemp(`${template}-`);
  try {
    const pglite = await startPglite(unfinished);
    await pglite.close();
    await readableByAll(unfinished);
    await rename(unfinished, template);
  } catch (error) {
    if (!existsSync(template)) throw error;
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

/** Whoever sets a machine up may be another user than the one that a service runs as. */
async function readableByAll(directory: string): Promise<void> {
  await chmod(directory, 0o755);
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true }))
    await chmod(join(entry.parentPath, entry.name), entry.isDirectory() ? 0o755 : 0o644);
}

/** Puts an empty database into a directory without one, if there is a template. Without, PGlite makes one itself. */
export async function fillFromTemplate(directory: string, template = pgliteTemplate()): Promise<void> {
  if (existsSync(join(directory, versionFile)) || !existsSync(template)) return;
  const options = { recursive: true, mode: constants.COPYFILE_FICLONE };
  const version = join(template, versionFile);
  // By this file a database is known: it comes last, so that a copy that was broken off is begun anew.
  await cp(template, directory, { ...options, filter: (source) => source !== version });
  await cp(version, join(directory, versionFile), options);
}
