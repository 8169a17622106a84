import { sql } from 'kysely';
import type { BlobStore, StoredBlob } from '../operations/subjects/ports.ts';
import { type AuditDatabase, storeUnavailable } from './audit-database.ts';

const listed = (texts: readonly string[]) =>
  sql`(select value from json_array_elements_text(${JSON.stringify(texts)}::text::json))`;

/** Ciphertexts in `audit_blobs`, and the events of a person in `audit_events`. */
export function createPostgresBlobs(database: AuditDatabase): BlobStore {
  const use: AuditDatabase['use'] = async (work) => {
    try {
      return await database.use(work);
    } catch (error) {
      throw storeUnavailable(error);
    }
  };
  return {
    async read(tenant, eventIds) {
      if (eventIds.length === 0) return [];
      const { rows } = await use((db) =>
        sql<Omit<StoredBlob, 'bytes'> & { ciphertext: Uint8Array }>`
          select event_id, subject, key, ciphertext from audit_blobs
          where tenant = ${tenant} and event_id in ${listed(eventIds)}`.execute(db),
      );
      return rows.map(({ ciphertext, ...row }) => ({ ...row, bytes: Buffer.from(ciphertext) }));
    },
    async remove(tenant, tokens) {
      const { numAffectedRows } = await use((db) =>
        sql`delete from audit_blobs where tenant = ${tenant} and subject in ${listed(tokens)}`.execute(db),
      );
      return Number(numAffectedRows ?? 0);
    },
    async countEvents(tenant, tokens) {
      const { rows } = await use((db) =>
        sql<{ events: string }>`
          select count(*) as events from audit_events
          where tenant = ${tenant} and end_user in ${listed(tokens)}`.execute(db),
      );
      return Number(rows[0]?.events ?? 0);
    },
    async executionsOf(tenant, tokens, sinceMs, limit) {
      const { rows } = await use((db) =>
        sql<{ execution_id: string }>`
          select execution_id from audit_events
          where tenant = ${tenant} and end_user in ${listed(tokens)} and execution_id is not null
            and time >= ${new Date(sinceMs).toISOString()}::timestamptz
          group by execution_id order by max(time) desc limit ${limit}`.execute(db),
      );
      return rows.map(({ execution_id }) => execution_id);
    },
  };
}
