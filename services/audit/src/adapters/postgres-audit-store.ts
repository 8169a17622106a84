import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { QuarantinedItem } from '../domain/quarantine.ts';
import { storableText } from '../domain/storable-text.ts';
import type { AppendResult, AuditStore } from '../operations/store-audit-batch.ts';
import type { AuditDatabase, AuditTransaction } from './audit-database.ts';
import { copiedColumns, encodeCopy } from './copy-rows.ts';
import { growLog, type LogHead } from './log-growth.ts';
import { type LeafRow, NoRecord, type PlacedLeafRow, toLeafRow } from './log-rows.ts';
import { beginLogs, lockLogs, writeGrowth } from './postgres-log-heads.ts';
import { sqlFailureOf } from './sql-failure.ts';

/** Largest parameter of one statement, in UTF-16 units of JSON. A batch is one statement unless it is larger. */
const maxStatementChars = 2_097_152;
/** Bytes kept of a quarantined message. */
const maxCopyBytes = 4_096;
/** SQLSTATE of data that will not do, for an event of which no record can be made. */
const dataException = '22000';

type Written = { stored: number; reused: string[] };

/**
 * Appends to `audit_events` and to the tenants' logs in one transaction, and to `audit_quarantine`. Events of a batch come into
 * the log in the order of the stream.
 */
export function createPostgresAuditStore(database: AuditDatabase): AuditStore {
  const begun = new Set<string>();

  /** Rows in runs small enough for one statement. Each run is a transaction: a row and its place in the log, or neither. */
  async function appendRows(rows: readonly LeafRow[]): Promise<Written> {
    const result: Written = { stored: 0, reused: [] };
    for (const chunk of chunksOf(rows, ({ event }) => event.length)) {
      const { stored, reused } = await appendChunk(chunk);
      result.stored += stored;
      result.reused.push(...reused);
    }
    return result;
  }

  async function appendChunk(chunk: readonly LeafRow[]): Promise<Written> {
    const seen = new Set<string>();
    const once = chunk.filter(({ row }) => !seen.has(row.event_id) && seen.add(row.event_id));
    const tenants = [...new Set(once.map(({ row }) => row.tenant))].sort();
    const unknown = tenants.filter((tenant) => !begun.has(tenant));
    if (unknown.length > 0) await beginLogs(database, unknown);
    for (const tenant of unknown) begun.add(tenant);
    let stored: number;
    try {
      stored = await addToLogs(database, tenants, once, true);
    } catch (error) {
      if (database.server) throw error;
      stored = await addToLogs(database, tenants, once, false); // something in it cannot be copied
    }
    return { stored, reused: stored < chunk.length ? await findReused(database, chunk) : [] };
  }

  return {
    appendEvents: (rows) =>
      append(async () => {
        const inOrder = rows.toSorted((a, b) => a.stream_sequence - b.stream_sequence);
        return appendRows(inOrder.map(toLeafRow));
      }),
    appendQuarantine: (items) =>
      append(async () => {
        const rows = items.map((item) => JSON.stringify(toQuarantineRow(item)));
        for (const chunk of chunksOf(rows, (row) => row.length))
          await insertQuarantine(database, `[${chunk.join(',')}]`);
        return { stored: items.length, reused: [] };
      }),
  };
}

async function append(write: () => Promise<Written>): Promise<AppendResult> {
  try {
    return { kind: 'committed', ...(await write()) };
  } catch (error) {
    if (error instanceof NoRecord) return { kind: 'refused', code: dataException };
    const failure = sqlFailureOf(error);
    return failure.kind === 'refused' ? failure : { kind: 'unavailable', cause: error };
  }
}

/**
 * Gives those of the rows that are not stored yet the next places of their tenants' logs, and says how many they are. None of
 * these tenants' events can come in between: whoever has the logs locked sees all that was stored before.
 */
async function addToLogs(
  database: AuditDatabase,
  tenants: readonly string[],
  rows: readonly LeafRow[],
  mayCopy: boolean,
): Promise<number> {
  return database.transaction(async (transaction) => {
    const heads = await lockLogs(transaction, tenants);
    const stored = await findStored(transaction, rows);
    const fresh = stored.size === 0 ? rows : rows.filter(({ row }) => !stored.has(row.event_id));
    if (fresh.length === 0) return 0;
    const leaves = new Map<string, Buffer[]>(tenants.map((tenant) => [tenant, []]));
    const placed = fresh.map((one): PlacedLeafRow => {
      const head = heads.get(one.row.tenant);
      const added = leaves.get(one.row.tenant);
      if (head === undefined || added === undefined) throw new Error('a log that was begun is gone');
      return { ...one, logIndex: head.size + added.push(one.leaf) - 1 };
    });
    // Copying takes PGlite half of what inserting does.
    if (mayCopy && transaction.copy !== null) {
      await transaction.copy(`audit_events (${copiedColumns})`, encodeCopy(placed));
    } else await insertEvents(transaction, placed);
    await insertBlobs(transaction, placed);
    const grown = [...leaves].filter(([, added]) => added.length > 0);
    await writeGrowth(
      transaction,
      new Map(grown.map(([tenant, added]) => [tenant, growLog(heads.get(tenant) as LogHead, added)])),
    );
    return fresh.length;
  });
}

/**
 * All rows travel as one JSON parameter: the cheapest of five ways that were measured (unnest, values, jsonb elements, split
 * text), and the same on PGlite and a server.
 */
async function insertEvents(transaction: AuditTransaction, placed: readonly PlacedLeafRow[]): Promise<void> {
  const rows = `[${placed.map(recordOf).join(',')}]`;
  await transaction.run(sql`
    insert into audit_events (event_id, tenant, class, type, time, stream_sequence, producer, execution_id, tool, session,
      status, error_code, duration_ms, tokens, replayed, altered, event, record_version, leaf, log_index, end_user)
    select event_id, tenant, class, type, time, stream_sequence, producer, execution_id, tool, session,
      status, error_code, duration_ms, tokens, replayed, altered, event::text, record_version, decode(leaf, 'hex'), log_index,
      end_user
    from json_to_recordset(${rows}::text::json) as r(event_id text, tenant text, class text, type text, time timestamptz,
      stream_sequence bigint, producer text, execution_id text, tool text, session text, status text, error_code text,
      duration_ms double precision, tokens integer, replayed boolean, altered boolean, event json, record_version smallint,
      leaf text, log_index bigint, end_user text)`);
}

/** What events keep of persons, sealed, beside them. */
async function insertBlobs(transaction: AuditTransaction, placed: readonly PlacedLeafRow[]): Promise<void> {
  const blobs = placed.flatMap(({ row: { event_id, tenant, blob } }) =>
    blob === null ? [] : [{ event_id, tenant, ...blob }],
  );
  if (blobs.length === 0) return;
  await transaction.run(sql`
    insert into audit_blobs (event_id, tenant, subject, key, ciphertext)
    select event_id, tenant, subject, key, decode(ciphertext, 'base64')
    from json_to_recordset(${JSON.stringify(blobs)}::text::json)
      as r(event_id text, tenant text, subject text, key text, ciphertext text)`);
}

/** What `insertEvents` reads: the row, with its event as it was written. */
function recordOf({ row, event, recordVersion, leaf, logIndex }: PlacedLeafRow): string {
  const { event: _, blob: __, ...columns } = row;
  const all = { ...columns, record_version: recordVersion, leaf: leaf.toString('hex'), log_index: logIndex };
  return `${JSON.stringify(all).slice(0, -1)},"event":${event}}`;
}

/** Ids of the rows that are stored already. */
async function findStored(transaction: AuditTransaction, rows: readonly LeafRow[]): Promise<ReadonlySet<string>> {
  const found = await transaction.run(
    sql<{ event_id: string }>`
      select event_id from audit_events where event_id = any(${rows.map(({ row }) => row.event_id)}::text[])`,
  );
  return new Set(found.rows.map((row) => row.event_id));
}

/** Ids among the rows that are stored with another content. */
async function findReused(database: AuditDatabase, rows: readonly LeafRow[]): Promise<string[]> {
  const json = `[${rows.map(({ row, event }) => `{"event_id":"${row.event_id}","class":"${row.class}","event":${event}}`).join(',')}]`;
  const found = await database.use((db) =>
    sql<{ event_id: string }>`
      select distinct stored.event_id
      from json_to_recordset(${json}::text::json) as r(event_id text, class text, event jsonb)
      join audit_events stored on stored.event_id = r.event_id
      where stored.purged_at is null and (stored.class <> r.class or stored.event::jsonb <> r.event)`.execute(db),
  );
  return found.rows.map((row) => row.event_id);
}

async function insertQuarantine(database: AuditDatabase, rows: string): Promise<void> {
  await database.use((db) =>
    sql`
      insert into audit_quarantine (stream_sequence, position, sha256, subject, producer, reason, detail, size_bytes, copy)
      select stream_sequence, position, sha256, subject, producer, reason, detail, size_bytes, decode(copy, 'base64')
      from json_to_recordset(${rows}::text::json) as r(stream_sequence bigint, position integer, sha256 text, subject text,
        producer text, reason text, detail text, size_bytes integer, copy text)
      on conflict do nothing`.execute(db),
  );
}

function toQuarantineRow(item: QuarantinedItem): object {
  return {
    stream_sequence: item.sequence,
    position: item.position,
    sha256: createHash('sha256').update(item.payload).digest('hex'),
    subject: bounded(item.subject),
    producer: item.producer === null ? null : bounded(item.producer),
    reason: item.reason,
    detail: bounded(item.detail),
    size_bytes: item.payload.byteLength,
    copy: Buffer.from(item.payload.subarray(0, maxCopyBytes)).toString('base64'),
  };
}

function bounded(text: string): string {
  return storableText(text.slice(0, 1_024));
}

/** The items in runs small enough for one statement. */
function* chunksOf<Item>(items: readonly Item[], lengthOf: (item: Item) => number): Generator<readonly Item[]> {
  let start = 0;
  let length = 0;
  for (let i = 0; i < items.length; i++) {
    const own = lengthOf(items[i] as Item);
    if (i > start && length + own > maxStatementChars) {
      yield items.slice(start, i);
      start = i;
      length = 0;
    }
    length += own;
  }
  if (start < items.length) yield items.slice(start);
}
