import { resolve } from 'node:path';
import { PatchbayError } from '@patchbay/contracts';
import { Kysely } from 'kysely';
import { Migrator } from 'kysely/migration';
import { migrations } from './migrations/index.ts';
import { type CopyInto, openPglite } from './pglite-dialect.ts';
import { openPostgres, type PostgresLimits } from './postgres-dialect.ts';
import type { AuditTables } from './tables.ts';

/** The audit store's database, brought to the newest version of its schema before it is first used. */
export interface AuditDatabase {
  /** Runs statements. Rejects with the database's own error, or `SchemaUnready`. */
  use<T>(work: (db: Kysely<AuditTables>) => Promise<T>): Promise<T>;
  /** Copies rows into a table, as `OpenedDialect.copy` says, or null where there is no such shortcut. */
  readonly copy: CopyInto | null;
  close(): Promise<void>;
}

export interface OpenOptions {
  /** Hears of connections lost while idle. */
  readonly onIdleError?: (error: Error) => void;
  readonly limits?: PostgresLimits;
}

/**
 * Opens `postgres://…`, `postgresql://…`, `pglite:<directory>` or `pglite:memory`. A PostgreSQL server need not be there
 * yet; PGlite is started.
 * @throws DirectoryInUse when another process has the PGlite directory open.
 */
export async function openAuditDatabase(
  url: string,
  { onIdleError = () => {}, limits }: OpenOptions = {},
): Promise<AuditDatabase> {
  const opened = url.startsWith('pglite:')
    ? await openPglite(pgliteDirectory(url))
    : openPostgres(url, onIdleError, limits);
  const db = new Kysely<AuditTables>({ dialect: opened.dialect });
  let migrated: Promise<void> | null = null;
  const ready = () => {
    migrated ??= migrate(db).catch((error) => {
      migrated = null; // away just now: the next one tries again
      throw error;
    });
    return migrated;
  };
  const { copy } = opened;
  return {
    async use(work) {
      await ready();
      return work(db);
    },
    copy:
      copy === null
        ? null
        : async (into, data) => {
            await ready();
            await copy(into, data);
          },
    async close() {
      await db.destroy();
      await opened.close();
    },
  };
}

function pgliteDirectory(url: string): string | null {
  const place = url.slice('pglite:'.length);
  return place === 'memory' ? null : resolve(place);
}

/** Runs what is missing under an advisory lock, so replicas may start at once. */
async function migrate(db: Kysely<AuditTables>): Promise<void> {
  const { error } = await new Migrator({
    db,
    provider: { getMigrations: async () => ({ ...migrations }) },
  }).migrateToLatest();
  if (error !== undefined) throw new SchemaUnready(error);
}

/**
 * The schema could not be brought up. It has no SQLSTATE of its own: whatever went wrong says nothing about the values
 * that a caller wanted to write.
 */
export class SchemaUnready extends Error {
  constructor(cause: unknown) {
    super('the schema of the audit store could not be brought up', { cause });
    this.name = 'SchemaUnready';
  }
}

/** What a reader of the store hears when it fails, whatever the reason. */
export function storeUnavailable(cause: unknown): PatchbayError {
  return new PatchbayError('audit_unavailable', {
    message: 'The audit store does not answer at the moment. Events are kept in the stream until it does.',
    cause,
  });
}
