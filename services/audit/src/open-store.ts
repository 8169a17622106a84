import { verifyAuditMac } from '@patchbay/audit-log';
import type { SigningKey } from '@patchbay/audit-log/proofs';
import { createLogger } from '@patchbay/service-kit';
import { sql } from 'kysely';
import { openAuditDatabase } from './adapters/audit-database.ts';
import { makePartitions } from './adapters/audit-partitions.ts';
import { createPostgresAuditStore } from './adapters/postgres-audit-store.ts';
import { createPostgresEventPages } from './adapters/postgres-event-pages.ts';
import { createPostgresOpenIntents } from './adapters/postgres-open-intents.ts';
import { createPostgresUsage } from './adapters/postgres-usage.ts';
import type { ReceivedMessage } from './domain/check-message.ts';
import { createListUnknown } from './operations/list-unknown.ts';
import { createQueryAnalytics } from './operations/query-analytics.ts';
import { createQueryAudit } from './operations/query-audit.ts';
import { createStoreAuditBatch } from './operations/store-audit-batch.ts';
import { type WiredLog, wireLog } from './wire-log.ts';

export type { ReceivedMessage } from './domain/check-message.ts';

export interface OpenStoreOptions {
  /** `postgres://…`, `pglite:<directory>` or `pglite:memory`. */
  readonly url: string;
  readonly macKeys: ReadonlyMap<string, Buffer>;
  readonly signingKey: SigningKey;
  /** When it is for the questions that go by that. Unix milliseconds. */
  readonly now?: () => number;
}

/** The audit service without NATS: what it does with messages and questions, on a database of its own. For measuring. */
export interface OpenStore {
  /** Stores a batch as the service does. @throws Error when the store did not take it. */
  store(messages: readonly ReceivedMessage[]): Promise<void>;
  readonly queryAudit: ReturnType<typeof createQueryAudit>;
  readonly listUnknown: ReturnType<typeof createListUnknown>;
  readonly queryAnalytics: ReturnType<typeof createQueryAnalytics>;
  readonly log: WiredLog;
  /** Makes the partitions of a time and the two months behind it. */
  makePartitions(nowMs: number): Promise<void>;
  /** Has the database count what it holds, as it does by itself in time. */
  analyse(): Promise<void>;
  /** Bytes of events with their indexes, and of all tables. */
  sizes(): Promise<{ readonly events: number; readonly all: number }>;
  close(): Promise<void>;
}

/** @throws Error when the database cannot be had. */
export async function openStore({ url, macKeys, signingKey, now = Date.now }: OpenStoreOptions): Promise<OpenStore> {
  const database = await openAuditDatabase(url, { limits: { connectMs: 5_000, statementMs: 1_800_000 } });
  const record = async () => {};
  const reading = {
    now,
    record,
    readPage: createPostgresEventPages(database),
    readOpenIntents: createPostgresOpenIntents(database),
  };
  let failure: unknown = null;
  const storeBatch = createStoreAuditBatch({
    verify: (message) => verifyAuditMac(macKeys, message),
    store: createPostgresAuditStore(database),
    report: {
      stored() {},
      quarantined: ([first]) => (failure = new Error(`quarantined: ${first?.reason}`)),
      unkept: ({ reason }) => (failure = new Error(`not even quarantined: ${reason}`)),
      unavailable: (_, cause) => (failure = cause),
    },
  });
  const log = await wireLog({
    database,
    record,
    config: {
      signer: { kind: 'file', key: signingKey },
      archive: null,
      witnesses: [],
      installation: null,
      everyMs: 60_000,
      everyEvents: 1_000,
    },
    log: createLogger({ service: 'audit', instance: 'measured', logLevel: 'silent', logFile: null }),
  });
  return {
    async store(messages) {
      failure = null;
      await storeBatch(messages);
      if (failure !== null) throw new Error('the store did not take a batch', { cause: failure });
    },
    queryAudit: createQueryAudit(reading),
    listUnknown: createListUnknown(reading),
    queryAnalytics: createQueryAnalytics({ now, record, ...createPostgresUsage(database, null), prices: null }),
    log,
    makePartitions: (nowMs) => makePartitions(database, nowMs),
    async analyse() {
      await database.use((db) => sql`vacuum (analyze) audit_events`.execute(db));
      await database.use((db) => sql`vacuum (analyze) audit_log_tiles`.execute(db));
    },
    async sizes() {
      const { rows } = await database.use((db) =>
        sql<{ events: number; all: number }>`
          select
            (select sum(pg_total_relation_size(oid)) from pg_class
              where relkind = 'r' and relname like 'audit\\_events%')::double precision as events,
            pg_database_size(current_database())::double precision as all`.execute(db),
      );
      return { events: Number(rows[0]?.events ?? 0), all: Number(rows[0]?.all ?? 0) };
    },
    async close() {
      await log.close();
      await database.close();
    },
  };
}
