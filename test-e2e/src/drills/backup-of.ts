import { join } from 'node:path';
import type { BackupReport } from '@patchbay/installation';
import { patchbayCommand } from './command-line.ts';

/** Where a drill keeps what no machine of its installation holds. */
export interface SafePlaces {
  readonly store: string;
  readonly keys: string;
  readonly mirror: string;
  /** The secret half of the key. */
  readonly seed: string;
  readonly recipient: string;
}

export async function preparePlaces(dir: string, stateDir: string): Promise<SafePlaces> {
  const seed = join(dir, 'backup.seed');
  const { recipient } = await patchbayCommand<{ recipient: string }>(stateDir, ['backup', 'key', '--out', seed]);
  return { store: join(dir, 'store'), keys: join(dir, 'keys'), mirror: join(dir, 'mirror'), seed, recipient };
}

/** `databaseUrlFile`: of a PostgreSQL server, where the audit database is not in the state directory. */
export function backUp(
  stateDir: string,
  { store, keys, recipient }: SafePlaces,
  databaseUrlFile?: string,
): Promise<BackupReport> {
  return patchbayCommand<BackupReport>(stateDir, [
    ...['backup', 'make', '--to', store, '--keys-to', keys],
    ...['--recipient', recipient],
    ...(databaseUrlFile === undefined ? [] : ['--database-url-file', databaseUrlFile]),
  ]);
}
