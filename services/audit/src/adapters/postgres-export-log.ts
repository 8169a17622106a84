import { CompactRange, type LeafRange } from '@patchbay/audit-log/proofs';
import { PatchbayError } from '@patchbay/contracts';
import { sql } from 'kysely';
import type { ExportLog } from '../operations/exports/ports.ts';
import type { CheckpointStore, LogTree } from '../operations/log/ports.ts';
import { type AuditDatabase, storeUnavailable } from './audit-database.ts';
import { createPostgresLogRecords } from './postgres-log-records.ts';
import { createPostgresLogTimes } from './postgres-log-times.ts';

export interface ExportLogOptions {
  readonly tree: LogTree;
  readonly checkpoints: Pick<CheckpointStore, 'newest'>;
  readonly originOf: (tenant: string) => Promise<string>;
  /** Signs a checkpoint of the log as it is now. Rejects when it cannot. */
  readonly sign: (tenant: string) => Promise<unknown>;
  /** The signed note of a size, signed now if there is none. */
  readonly signSize: (tenant: string, size: number) => Promise<string>;
}

/** What exports are written of, out of the tenants' logs. */
export function createPostgresExportLog(
  database: AuditDatabase,
  { tree, checkpoints, originOf, sign, signSize }: ExportLogOptions,
): ExportLog {
  return {
    originOf,
    sizeOf: async (tenant) => (await tree.head(tenant)).size,
    newestCheckpoint: async (tenant) => (await checkpoints.newest(tenant))?.size ?? null,
    async checkpointOf(tenant, size) {
      const newest = await checkpoints.newest(tenant);
      // Behind the last one that is signed in due course another such may come, and then stands between: rather before.
      if ((newest?.size ?? 0) < size) await sign(tenant);
      return signSize(tenant, size);
    },
    async readCheckpoints({ tenant, above, upTo, limit }) {
      try {
        const { rows } = await database.use((db) =>
          sql<{ size: number; note: string }>`
            select size::double precision as size, note from audit_checkpoints
            where tenant = ${tenant} and size > ${above} and size <= ${upTo} and not asked
            order by size limit ${limit}`.execute(db),
        );
        return rows.map(({ size, note }) => ({ size: Number(size), note }));
      } catch (error) {
        throw storeUnavailable(error);
      }
    },
    async treeAt(tenant, size) {
      const nodes = await tree.hashes(tenant, fullSubtrees(size));
      if (nodes !== null) return CompactRange.from(size, nodes);
      throw new PatchbayError('internal', { message: 'The log’s tree is damaged: verify it.' });
    },
    readPlaces: createPostgresLogRecords(database),
    placesBetween: createPostgresLogTimes(database),
  };
}

/** What a tree of so many leaves is made of, largest first. */
function fullSubtrees(size: number): LeafRange[] {
  const ranges: LeafRange[] = [];
  for (let begin = 0; begin < size; ) {
    const width = 2 ** Math.floor(Math.log2(size - begin));
    ranges.push({ begin, end: begin + width });
    begin += width;
  }
  return ranges;
}
