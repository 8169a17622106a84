import { logOrigin } from '@patchbay/audit-log/proofs';
import { sql } from 'kysely';
import { type AuditDatabase, storeUnavailable } from './audit-database.ts';

/** The configuration names another installation than the one whose logs the database holds. */
export class OtherInstallation extends Error {
  constructor(configured: string) {
    super(
      `The database holds the logs of another installation than '${configured}', and checkpoints in that one's name are out already.`,
    );
    this.name = 'OtherInstallation';
  }
}

/**
 * The origins of tenants' logs. The installation's id is the database's own, made with its schema; `configured` takes its place as
 * long as nothing was signed. It stays for ever: a log under another name is another log.
 * @throws OtherInstallation
 */
export function createOriginOf(
  database: AuditDatabase,
  configured: string | null,
): (tenant: string) => Promise<string> {
  let read: Promise<string> | null = null;
  return async (tenant) => {
    read ??= installationOf(database, configured).catch((error) => {
      read = null;
      throw error instanceof OtherInstallation ? error : storeUnavailable(error);
    });
    return logOrigin(await read, tenant);
  };
}

async function installationOf(database: AuditDatabase, configured: string | null): Promise<string> {
  return database.use(async (db) => {
    if (configured !== null)
      await sql`
        update audit_installation set id = ${configured}
        where id <> ${configured} and not exists (select from audit_checkpoints)`.execute(db);
    const { rows } = await sql<{ id: string }>`select id from audit_installation`.execute(db);
    const id = rows[0]?.id ?? '';
    if (configured !== null && id !== configured) throw new OtherInstallation(configured);
    return id;
  });
}
