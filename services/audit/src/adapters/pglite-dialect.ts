import { chmodSync, constants, mkdirSync } from 'node:fs';
import { cp, mkdir, rm } from 'node:fs/promises';
import { type Dialect, type Kysely, PGliteDialect, type RawBuilder } from 'kysely';
import type { AuditTransaction } from './audit-database.ts';
import { lockDirectory } from './pglite-directory-lock.ts';
import { fillFromTemplate, startPglite } from './pglite-template.ts';
import type { AuditTables } from './tables.ts';

export interface OpenedDialect {
  readonly dialect: Dialect;
  /** As `AuditDatabase.transaction`, for the database that stands on `dialect`. */
  transaction<T>(db: Kysely<AuditTables>, work: (transaction: AuditTransaction) => Promise<T>): Promise<T>;
  /** As `AuditDatabase.copy`. */
  readonly copy: (() => Promise<string>) | null;
  /** Releases what `dialect` stands on; the database was given back by then. */
  close(): Promise<void>;
}

/**
 * PostgreSQL inside this process, on a directory or, when `directory` is null, in memory. It cannot fsync, so a power cut
 * may damage it; the truth is stream `AUDIT`, from which the store can be filled again.
 * @throws DirectoryInUse
 */
export async function openPglite(directory: string | null): Promise<OpenedDialect> {
  const unlock = directory === null ? () => {} : lockDirectory(directory);
  try {
    if (directory !== null) {
      mkdirSync(directory, { recursive: true, mode: 0o700 });
      await fillFromTemplate(directory);
      chmodSync(directory, 0o700);
    }
    const pglite = await startPglite(directory ?? 'memory://');
    return {
      dialect: new PGliteDialect({ pglite }),
      transaction: (db, work) =>
        pglite.transaction((tx) =>
          work({
            async run<Row>(statement: RawBuilder<Row>) {
              const { sql, parameters } = statement.compile(db);
              const { rows, affectedRows = 0 } = await tx.query<Row>(sql, [...parameters]);
              return { rows, changed: affectedRows };
            },
            async copy(into, data) {
              await tx.query(`copy ${into} from '/dev/blob' with (format binary)`, [], { blob: new Blob([data]) });
            },
          }),
        ),
      copy: directory === null ? null : () => pglite.runExclusive(() => copyBeside(directory)),
      async close() {
        if (!pglite.closed) await pglite.close();
        unlock();
      },
    };
  } catch (error) {
    unlock();
    throw error;
  }
}

/** No statement runs meanwhile: what is committed by then is in the copy. */
async function copyBeside(directory: string): Promise<string> {
  const copy = `${directory}.copy`;
  await rm(copy, { recursive: true, force: true });
  await mkdir(copy, { mode: 0o700 });
  await cp(directory, copy, { recursive: true, mode: constants.COPYFILE_FICLONE });
  return copy;
}
