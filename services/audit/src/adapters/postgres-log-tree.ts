import { CompactRange, emptyRoot, type LeafRange } from '@patchbay/audit-log/proofs';
import { sql } from 'kysely';
import type { LogTree } from '../operations/log/ports.ts';
import { type AuditDatabase, storeUnavailable } from './audit-database.ts';
import { hashOfSlices, slicesOf, type TileSlice } from './log-nodes.ts';
import { splitHashes } from './postgres-log-heads.ts';

/** Reads the tree over tenants' logs out of its tiles. */
export function createPostgresLogTree(database: AuditDatabase): LogTree {
  async function hashes(tenant: string, ranges: readonly LeafRange[]): Promise<Buffer[] | null> {
    const sliced = ranges.map(slicesOf);
    const tiles = await readTiles(database, tenant, sliced.flat());
    const found = sliced.map((slices) =>
      slices.map(({ level, tile, first, end }) => (tiles.get(keyOf({ level, tile })) ?? []).slice(first, end)),
    );
    const whole = found.every((slices, i) =>
      slices.every((slice, j) => {
        const asked = sliced[i]?.[j] as TileSlice;
        return slice.length === asked.end - asked.first;
      }),
    );
    return whole ? found.map(hashOfSlices) : null;
  }
  return {
    async head(tenant) {
      try {
        const { rows } = await database.use((db) =>
          sql<{ size: number; hashes: Uint8Array }>`
            select size::double precision as size, hashes from audit_log_heads where tenant = ${tenant}`.execute(db),
        );
        const [head] = rows;
        if (head === undefined) return { size: 0, root: emptyRoot() };
        const size = Number(head.size);
        return { size, root: CompactRange.from(size, splitHashes(head.hashes)).root() };
      } catch (error) {
        throw storeUnavailable(error);
      }
    },
    hashes,
    root: async (tenant, size) =>
      size === 0 ? emptyRoot() : ((await hashes(tenant, [{ begin: 0, end: size }]))?.[0] ?? null),
  };
}

async function readTiles(
  database: AuditDatabase,
  tenant: string,
  slices: readonly TileSlice[],
): Promise<ReadonlyMap<string, readonly Buffer[]>> {
  const asked = [...new Map(slices.map((slice) => [keyOf(slice), slice])).values()];
  if (asked.length === 0) return new Map();
  try {
    const { rows } = await database.use((db) =>
      sql<{ level: number; tile: number; hashes: Uint8Array }>`
        select level, tile::double precision as tile, hashes from audit_log_tiles
        where tenant = ${tenant} and (level, tile) in (
          select * from unnest(${asked.map(({ level }) => level)}::smallint[], ${asked.map(({ tile }) => tile)}::bigint[]))`.execute(
        db,
      ),
    );
    return new Map(rows.map(({ level, tile, hashes }) => [keyOf({ level, tile: Number(tile) }), splitHashes(hashes)]));
  } catch (error) {
    throw storeUnavailable(error);
  }
}

function keyOf({ level, tile }: { readonly level: number; readonly tile: number }): string {
  return `${level}/${tile}`;
}
