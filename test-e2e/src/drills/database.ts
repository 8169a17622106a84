import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startPostgresServer } from '@patchbay/local-servers';
import type { Drill } from './drill.ts';
import { scratch } from './installation.ts';

/** A PostgreSQL server of the drill's own. */
export interface Database {
  /** File with its URL. */
  readonly urlFile: string;
  /** It ends, and its disk is empty. */
  lose(): Promise<void>;
}

export async function startDatabase(drill: Drill): Promise<Database> {
  const server = await startPostgresServer();
  let running = true;
  const lose = async () => {
    if (running) await server.stop();
    running = false;
  };
  drill.onEnd(lose);
  const urlFile = join(scratch(drill), 'database.url');
  writeFileSync(urlFile, server.url, { mode: 0o600 });
  return { urlFile, lose };
}
