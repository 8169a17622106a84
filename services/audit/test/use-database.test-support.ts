import { verifyAuditMac } from '@patchbay/audit-log';
import type { AuditEvent } from '@patchbay/contracts';
import type { RawBuilder } from 'kysely';
import { afterAll, beforeAll, expect } from 'vitest';
import { type AuditDatabase, openAuditDatabase } from '../src/adapters/audit-database.ts';
import { createPostgresAuditStore } from '../src/adapters/postgres-audit-store.ts';
import type { ReceivedMessage } from '../src/domain/check-message.ts';
import { createStoreAuditBatch, type StoreReport } from '../src/operations/store-audit-batch.ts';
import { auditEvent, auditMessage, type EventChanges, testMacKeys } from './audit-event.fixture.ts';
import type { StartedStore, StoreKind } from './stores.ts';

const silent: StoreReport = { stored() {}, quarantined() {}, unkept() {}, unavailable() {} };

/** The database of a suite: opened before its tests, closed after them. */
export interface UsedDatabase {
  readonly database: AuditDatabase;
  readonly url: string;
  /** One that no other test of the suite has. */
  newTenant(): string;
  rowsOf<Row>(query: RawBuilder<Row>): Promise<Row[]>;
  storeBatch(messages: readonly ReceivedMessage[]): Promise<{ readonly ack: boolean }>;
  /** Stores one batch of events of a tenant, which is taken, and answers them. */
  storeEvents(tenant: string, changes: readonly EventChanges[], auditClass?: string): Promise<AuditEvent[]>;
}

export function useDatabase(kind: StoreKind): UsedDatabase {
  let started: StartedStore;
  let database: AuditDatabase;
  let tenants = 0;
  beforeAll(async () => {
    started = await kind.start();
    database = await openAuditDatabase(started.url);
  }, 120_000);
  afterAll(async () => {
    await database?.close();
    await started?.stop();
  });
  return {
    get database() {
      return database;
    },
    get url() {
      return started.url;
    },
    newTenant: () => `tenant-${++tenants}`,
    rowsOf: async (query) => (await database.use((db) => query.execute(db))).rows,
    storeBatch: (messages) => storeInto(database, messages),
    storeEvents: (tenant, changes, auditClass) => storeEventsIn(database, tenant, changes, auditClass),
  };
}

/** Stores messages as the service does, and hears of those that it put apart. */
export function storeInto(
  database: AuditDatabase,
  messages: readonly ReceivedMessage[],
  report: Partial<StoreReport> = {},
): Promise<{ readonly ack: boolean }> {
  return createStoreAuditBatch({
    verify: (message) => verifyAuditMac(testMacKeys, message),
    store: createPostgresAuditStore(database),
    report: { ...silent, ...report },
  })(messages);
}

export async function storeEventsIn(
  database: AuditDatabase,
  tenant: string,
  changes: readonly EventChanges[],
  auditClass = 'execution',
): Promise<AuditEvent[]> {
  const events = changes.map((change) => auditEvent({ tenant, ...change }));
  expect(await storeInto(database, [auditMessage(events, { tenant, class: auditClass })])).toEqual({ ack: true });
  return events;
}
