import type { Logger } from '@patchbay/service-kit';
import { type AuditDatabase, SchemaUnready } from './audit-database.ts';
import { sqlFailureOf } from './sql-failure.ts';

/**
 * Brings the schema up before the service starts. A server that is merely away is waited for later, by every use of the
 * database, for the service can hold its place in the stream meanwhile; one that answers and cannot be used, for example
 * with a wrong password or a newer schema, ends the start.
 */
export async function prepareDatabase(database: AuditDatabase, log: Pick<Logger, 'warn'>): Promise<void> {
  try {
    await database.use(async () => {});
  } catch (error) {
    const cause = error instanceof SchemaUnready ? error.cause : error;
    if (!isAway(cause)) throw error;
    log.warn({ alert: 'audit_store_unavailable', err: cause }, 'The audit store is away; starting without it');
  }
}

/** Network errors and the server's own word that it cannot serve now. A schema newer than ours has neither. */
function isAway(error: unknown): boolean {
  if (sqlFailureOf(error).kind !== 'away') return false;
  const text = error instanceof Error ? error.message : '';
  return typeof (error as { code?: unknown }).code === 'string' || /timeout|terminated|closed|ECONN/i.test(text);
}
