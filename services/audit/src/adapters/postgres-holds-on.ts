import { sql } from 'kysely';
import { type AuditDatabase, storeUnavailable } from './audit-database.ts';

/**
 * Legal holds in force that have what is kept of a person kept: those of the whole tenant, of a class or a time, and of one of the
 * person's tokens. None where the store knows no holds. @throws PatchbayError `audit_unavailable`.
 */
export function createHoldsOn(
  database: AuditDatabase,
): (tenant: string, tokens: readonly string[]) => Promise<readonly string[]> {
  return async (tenant, tokens) => {
    try {
      const known = await database.use((db) =>
        sql<{ known: boolean }>`select to_regclass('audit_holds') is not null as known`.execute(db),
      );
      if (known.rows[0]?.known !== true) return [];
      const { rows } = await database.use((db) =>
        sql<{ id: string }>`
          select id from audit_holds
          where tenant = ${tenant} and released_at is null
            and (subject is null
              or subject in (select value from json_array_elements_text(${JSON.stringify(tokens)}::text::json)))
          order by id`.execute(db),
      );
      return rows.map(({ id }) => id);
    } catch (error) {
      throw storeUnavailable(error);
    }
  };
}
