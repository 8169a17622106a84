import { resolve } from 'node:path';
import { PatchbayError } from '@patchbay/contracts';
import { Kysely, type RawBuilder } from 'kysely';
import { Migrator } from 'kysely/migration';
import { migrations } from './migrations/index.ts';
import { openPglite } from './pglite-dialect.ts';
import { openPostgres, type PostgresLimits } from './postgres-dialect.ts';
import type { AuditTables } from './tables.ts';

/** The audit store's database, brought to the newest version of its schema before it is first used. */
export interface AuditDatabase {
  /** Runs statements. Rejects with the database's own error, or `SchemaUnready`. */
  use<T>(work: (db: Kysely<AuditTables>) => Promise<T>): Promise<T>;
  /**
   * Runs statements in one transaction, which is rolled back when `work` rejects. The way to have one: Kysely's own shares
   * PGlite's only connection with whatever runs beside it. Rejects as `use` does.
   */
  transaction<T>(work: (transaction: AuditTransaction) => Promise<T>): Promise<T>;
  /** Whether this is a server, which several processes may use at once; else it is PGlite, in this process alone. */
  readonly server: boolean;
  /**
   * Copies the files of a PGlite directory to another beside it, whose path it says; the one of before is replaced. Null where
   * there are no files of ours.
   */
  readonly copy: (() => Promise<string>) | null;
  close(): Promise<void>;
}

/** Statements of one transaction, one at a time. */
export interface AuditTransaction {
  run<Row>(statement: RawBuilder<Row>): Promise<StatementResult<Row>>;
  /** Copies `data`, of the binary COPY format, into a table and its columns. Null where there is no such shortcut. */
  readonly copy: ((into: string, data: Uint8Array<ArrayBuffer>) => Promise<void>) | null;
}

export interface StatementResult<Row> {
  readonly rows: readonly Row[];
  /** Rows that were written. */
  readonly changed: number;
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
  const opened = isPglite(url) ? await openPglite(pgliteDirectory(url)) : openPostgres(url, onIdleError, limits);
  const db = new Kysely<AuditTables>({ dialect: opened.dialect });
  let migrated: Promise<void> | null = null;
  const ready = () => {
    migrated ??= bringUp(url, db, onIdleError).catch((error) => {
      migrated = null; // away just now: the next one tries again
      throw error;
    });
    return migrated;
  };
  return {
    async use(work) {
      await ready();
      return work(db);
    },
    async transaction(work) {
      await ready();
      return opened.transaction(db, work);
    },
    server: !isPglite(url),
    copy: opened.copy,
    async close() {
      await db.destroy();
      await opened.close();
    },
  };
}

function isPglite(url: string): boolean {
  return url.startsWith('pglite:');
}

function pgliteDirectory(url: string): string | null {
  const place = url.slice('pglite:'.length);
  return place === 'memory' ? null : resolve(place);
}

/** Milliseconds that a statement of a migration may take: it may read every row there is. */
const migrationMs = 1_800_000;

/** On a server what is missing runs over a connection of its own, whose statements may take longer than those of a batch. */
async function bringUp(url: string, db: Kysely<AuditTables>, onIdleError: (error: Error) => void): Promise<void> {
  const known = await migratorOn(db)
    .getMigrations()
    .catch((error: unknown) => {
      throw new SchemaUnready(error);
    });
  if (isPglite(url) || known.every(({ executedAt }) => executedAt !== undefined)) return migrate(db);
  const { dialect } = openPostgres(url, onIdleError, { connectMs: 2_000, statementMs: migrationMs });
  const patient = new Kysely<AuditTables>({ dialect });
  try {
    await migrate(patient);
  } finally {
    await patient.destroy();
  }
}

/** Runs what is missing under an advisory lock, so replicas may start at once. */
async function migrate(db: Kysely<AuditTables>): Promise<void> {
  const { error } = await migratorOn(db).migrateToLatest();
  if (error !== undefined) throw new SchemaUnready(error);
}

function migratorOn(db: Kysely<AuditTables>): Migrator {
  // One that took longer to write may come after one of a higher number.
  return new Migrator({
    db,
    provider: { getMigrations: async () => ({ ...migrations }) },
    allowUnorderedMigrations: true,
  });
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
