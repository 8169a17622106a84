import { type RawBuilder, sql } from 'kysely';
import type { CheckpointStore, NewCheckpoint, StoredCheckpoint } from '../operations/log/ports.ts';
import { type AuditDatabase, storeUnavailable } from './audit-database.ts';

interface CheckpointRow {
  readonly size: number;
  readonly root: Uint8Array;
  readonly note: string;
  readonly signed_ms: number;
  readonly kept: boolean;
}

const columns = sql`size::double precision as size, root, note, kept_at is not null as kept,
  (extract(epoch from signed_at) * 1000)::double precision as signed_ms`;
/** Tenants of one round; the others come next. */
const maxDue = 1_000;

/** Checkpoints in `audit_checkpoints`. */
export function createPostgresCheckpoints(database: AuditDatabase): CheckpointStore {
  async function run<Row>(statement: RawBuilder<Row>): Promise<readonly Row[]> {
    try {
      return (await database.use((db) => statement.execute(db))).rows;
    } catch (error) {
      throw storeUnavailable(error);
    }
  }
  const read = async (statement: RawBuilder<CheckpointRow>) => (await run(statement)).map(toCheckpoint);

  return {
    newest: async (tenant) =>
      (
        await read(sql`
          select ${columns} from audit_checkpoints where tenant = ${tenant} and not asked order by size desc limit 1`)
      )[0] ?? null,
    ofSize: async (tenant, size) =>
      (await read(sql`select ${columns} from audit_checkpoints where tenant = ${tenant} and size = ${size}`))[0] ??
      null,
    below: (tenant, size, limit, above = 0) =>
      read(sql`
        select ${columns} from audit_checkpoints
        where tenant = ${tenant} and size < ${size} and size > ${above} and not asked order by size desc limit ${limit}`),
    async due(everyMs, everyEvents) {
      const rows = await run(
        sql<{ tenant: string }>`
          select tenant from audit_log_heads
          where size > signed_size and (claimed_until is null or claimed_until < now())
            and (size >= signed_size + ${everyEvents}::bigint or signed_at is null
              or signed_at <= now() - ${everyMs}::double precision * interval '1 millisecond')
          order by tenant limit ${maxDue}`,
      );
      return rows.map(({ tenant }) => tenant);
    },
    async claim(tenant) {
      const rows = await run(sql`
        update audit_log_heads set claimed_until = now() + interval '30 seconds'
        where tenant = ${tenant} and size > signed_size and (claimed_until is null or claimed_until < now())
        returning tenant`);
      return rows.length > 0;
    },
    add: (tenant, checkpoint, after) => add(database, tenant, checkpoint, after),
    async addAsked(tenant, { size, root, note }) {
      await run(sql`
        insert into audit_checkpoints (tenant, size, root, note, asked) values (${tenant}, ${size}, ${root}, ${note}, true)
        on conflict do nothing`);
    },
    async addSignatures(tenant, size, note) {
      await run(sql`update audit_checkpoints set note = ${note} where tenant = ${tenant} and size = ${size}`);
    },
    async unkept(limit) {
      const rows = await run(
        sql<{ tenant: string; size: number; note: string }>`
          select tenant, size::double precision as size, note from audit_checkpoints
          where kept_at is null and not asked order by tenant, size limit ${limit}`,
      );
      return rows.map((row) => ({ ...row, size: Number(row.size) }));
    },
    async markKept(tenant, size) {
      await run(sql`update audit_checkpoints set kept_at = now() where tenant = ${tenant} and size = ${size}`);
    },
  };
}

/** Under the lock of the log's head, so that of two processes with the same checkpoint before theirs one comes too late. */
async function add(
  database: AuditDatabase,
  tenant: string,
  { size, root, note }: NewCheckpoint,
  after: number,
): Promise<boolean> {
  try {
    return await database.transaction(async (transaction) => {
      const { rows } = await transaction.run(
        sql<{ signed: number }>`
          select signed_size::double precision as signed from audit_log_heads where tenant = ${tenant} for update`,
      );
      if (Number(rows[0]?.signed) !== after) return false;
      // Somebody may have asked for this very size meanwhile; that note is then one of many that say the same.
      await transaction.run(sql`
        insert into audit_checkpoints (tenant, size, root, note) values (${tenant}, ${size}, ${root}, ${note})
        on conflict (tenant, size) do update set note = excluded.note, asked = false, signed_at = excluded.signed_at`);
      await transaction.run(sql`
        update audit_log_heads set signed_size = ${size}, signed_at = now(), claimed_until = null where tenant = ${tenant}`);
      return true;
    });
  } catch (error) {
    throw storeUnavailable(error);
  }
}

function toCheckpoint(row: CheckpointRow): StoredCheckpoint {
  return {
    size: Number(row.size),
    root: Buffer.from(row.root),
    note: row.note,
    signedAt: new Date(Number(row.signed_ms)),
    keptOutside: row.kept,
  };
}
