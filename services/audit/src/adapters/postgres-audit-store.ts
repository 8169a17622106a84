import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { AuditRow } from '../domain/audit-row.ts';
import type { QuarantinedItem } from '../domain/quarantine.ts';
import { storableText } from '../domain/storable-text.ts';
import type { AppendResult, AuditStore } from '../operations/store-audit-batch.ts';
import type { AuditDatabase } from './audit-database.ts';
import { copiedColumns, encodeCopy } from './copy-rows.ts';
import { sqlFailureOf } from './sql-failure.ts';

/** Largest parameter of one statement, in UTF-16 units of JSON. A batch is one statement unless it is larger. */
const maxStatementChars = 2_097_152;
/** Bytes kept of a quarantined message. */
const maxCopyBytes = 4_096;

/** A row and its event as JSON text. */
interface WrittenRow {
  readonly row: AuditRow;
  readonly event: string;
}

/** Appends to `audit_events` and `audit_quarantine`. */
export function createPostgresAuditStore(database: AuditDatabase): AuditStore {
  return {
    appendEvents: (rows) =>
      append(async () => {
        const result = { stored: 0, reused: [] as string[] };
        const written = rows.map((row) => ({ row, event: JSON.stringify(row.event) }));
        for (const chunk of chunksOf(written, ({ event }) => event.length)) {
          if (await copyNew(database, chunk)) {
            result.stored += chunk.length;
            continue;
          }
          const json = `[${chunk.map(recordOf).join(',')}]`;
          const stored = await insertEvents(database, json);
          result.stored += stored;
          // Fewer than sent: some are there already, by a redelivery, or because an id was used twice.
          if (stored < chunk.length) result.reused.push(...(await findReused(database, json)));
        }
        return result;
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

/**
 * Copies rows of which none is stored yet, which is nearly every batch, for half of what `insertEvents` costs on PGlite.
 * False when nothing was written, whatever the reason: `insertEvents` then finds out and copes.
 */
async function copyNew(database: AuditDatabase, rows: readonly WrittenRow[]): Promise<boolean> {
  if (database.copy === null) return false;
  try {
    await database.copy(`audit_events (${copiedColumns})`, encodeCopy(rows));
    return true;
  } catch {
    return false;
  }
}

/** What `insertEvents` reads: the row, with its event as it was written. */
function recordOf({ row, event }: WrittenRow): string {
  const { event: _, ...columns } = row;
  return `${JSON.stringify(columns).slice(0, -1)},"event":${event}}`;
}

async function append(write: () => Promise<{ stored: number; reused: string[] }>): Promise<AppendResult> {
  try {
    return { kind: 'committed', ...(await write()) };
  } catch (error) {
    const failure = sqlFailureOf(error);
    return failure.kind === 'refused' ? failure : { kind: 'unavailable', cause: error };
  }
}

/**
 * Inserts the rows that are not there yet and says how many. All rows travel as one JSON parameter: the cheapest of five
 * ways that were measured (unnest, values, jsonb elements, split text), and the same on PGlite and a server.
 */
async function insertEvents(database: AuditDatabase, rows: string): Promise<number> {
  const result = await database.use((db) =>
    sql`
      insert into audit_events (event_id, tenant, class, type, time, stream_sequence, producer, execution_id, tool, session,
        status, error_code, duration_ms, tokens, replayed, altered, event)
      select event_id, tenant, class, type, time, stream_sequence, producer, execution_id, tool, session,
        status, error_code, duration_ms, tokens, replayed, altered, event::text
      from json_to_recordset(${rows}::text::json) as r(event_id text, tenant text, class text, type text, time timestamptz,
        stream_sequence bigint, producer text, execution_id text, tool text, session text, status text, error_code text,
        duration_ms double precision, tokens integer, replayed boolean, altered boolean, event json)
      on conflict (event_id) do nothing`.execute(db),
  );
  return Number(result.numAffectedRows ?? 0);
}

/** Ids among the rows that are stored with another content. */
async function findReused(database: AuditDatabase, rows: string): Promise<string[]> {
  const found = await database.use((db) =>
    sql<{ event_id: string }>`
      select distinct stored.event_id
      from json_to_recordset(${rows}::text::json) as r(event_id text, class text, event jsonb)
      join audit_events stored on stored.event_id = r.event_id
      where stored.class <> r.class or stored.event::jsonb <> r.event`.execute(db),
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
