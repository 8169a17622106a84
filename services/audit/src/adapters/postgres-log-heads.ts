import { sql } from 'kysely';
import type { AuditDatabase, AuditTransaction } from './audit-database.ts';
import type { LogHead, TileGrowth } from './log-growth.ts';

const hashBytes = 32;

/** Logs of tenants that are not begun yet. Outside of any transaction, so that none waits for another's new tenant. */
export async function beginLogs(database: AuditDatabase, tenants: readonly string[]): Promise<void> {
  await database.use((db) =>
    sql`insert into audit_log_heads (tenant) select * from unnest(${tenants}::text[]) on conflict do nothing`.execute(
      db,
    ),
  );
}

/**
 * Locks the logs of tenants until the transaction ends, always in the same order: whoever else wants to add to one of them
 * waits, and no two wait for each other. A tenant whose log is not begun is missing.
 */
export async function lockLogs(
  transaction: AuditTransaction,
  tenants: readonly string[],
): Promise<ReadonlyMap<string, LogHead>> {
  const { rows } = await transaction.run(
    sql<{ tenant: string; size: number; hashes: Uint8Array }>`
      select tenant, size::double precision as size, hashes from audit_log_heads
      where tenant = any(${tenants}::text[]) order by tenant for update`,
  );
  return new Map(rows.map(({ tenant, size, hashes }) => [tenant, { size: Number(size), nodes: splitHashes(hashes) }]));
}

/** Writes how far logs go now, and their tiles. The logs must be locked by the same transaction. */
export async function writeGrowth(
  transaction: AuditTransaction,
  grown: ReadonlyMap<string, { readonly head: LogHead; readonly tiles: readonly TileGrowth[] }>,
): Promise<void> {
  const heads = [...grown].map(([tenant, { head }]) => ({ tenant, ...head }));
  const tiles = [...grown].flatMap(([tenant, one]) => one.tiles.map((tile) => ({ tenant, ...tile })));
  await transaction.run(sql`
    with head as (
      update audit_log_heads set size = n.size, hashes = n.hashes
      from unnest(${heads.map(({ tenant }) => tenant)}::text[], ${heads.map(({ size }) => size)}::bigint[],
        ${heads.map(({ nodes }) => Buffer.concat(nodes))}::bytea[]) as n(tenant, size, hashes)
      where audit_log_heads.tenant = n.tenant
    )
    insert into audit_log_tiles (tenant, level, tile, hashes)
    select * from unnest(${tiles.map(({ tenant }) => tenant)}::text[], ${tiles.map(({ level }) => level)}::smallint[],
      ${tiles.map(({ tile }) => tile)}::bigint[], ${tiles.map(({ hashes }) => Buffer.concat(hashes))}::bytea[])
    on conflict (tenant, level, tile) do update set hashes = audit_log_tiles.hashes || excluded.hashes`);
}

/** Hashes that stand one behind the other. */
export function splitHashes(bytes: Uint8Array): Buffer[] {
  const all = Buffer.from(bytes);
  return Array.from({ length: all.length / hashBytes }, (_, i) => all.subarray(i * hashBytes, (i + 1) * hashBytes));
}
