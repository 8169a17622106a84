import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findPostgres, startPostgres, type TestPostgres } from './start-postgres.ts';

/** A kind of database that the audit store runs on. The same suite runs over each. */
export interface StoreKind {
  /** For the title of a suite; says why it is skipped when it is. */
  readonly title: string;
  readonly available: boolean;
  start(): Promise<StartedStore>;
}

export interface StartedStore {
  /** Of an empty database. */
  readonly url: string;
  /** Null for PGlite. */
  readonly server: TestPostgres | null;
  stop(): Promise<void>;
}

const postgresPrograms = findPostgres();

export const storeKinds: readonly StoreKind[] = [
  {
    title: 'PGlite',
    available: true,
    async start() {
      // Copied from the template, a directory is there sooner than memory.
      const directory = mkdtempSync(join(tmpdir(), 'audit-pglite-'));
      return {
        url: `pglite:${join(directory, 'database')}`,
        server: null,
        stop: async () => rmSync(directory, { recursive: true, force: true }),
      };
    },
  },
  {
    title:
      postgresPrograms === null
        ? 'a PostgreSQL server (skipped: no server program was found; install postgresql)'
        : 'a PostgreSQL server',
    available: postgresPrograms !== null,
    async start() {
      const server = await startPostgres(postgresPrograms as string);
      return { url: await server.createDatabase(), server, stop: () => server.stop() };
    },
  },
];
