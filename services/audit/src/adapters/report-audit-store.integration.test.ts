import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type AuditDatabase, openAuditDatabase } from './audit-database.ts';
import { newCounters } from './log-store-report.ts';
import { createReportAuditStore } from './report-audit-store.ts';

let database: AuditDatabase;
const counters = newCounters();
const report = (state: { waiting: number; open: number; doneUpTo: number } | null = null) =>
  createReportAuditStore(database, { durableState: async () => state }, counters)();
const change = (statement: ReturnType<typeof sql>) => database.use((db) => statement.execute(db));

beforeAll(async () => {
  database = await openAuditDatabase('pglite:memory');
  await database.use(async () => {});
});
afterAll(() => database.close());

test('a store that is up to date says so, and what waits for it and was set aside', async () => {
  counters.quarantined = 2;
  counters.unkept = 1;
  expect(await report({ waiting: 5, open: 3, doneUpTo: 9 })).toEqual({
    kind: 'pglite',
    answers: true,
    missing_migrations: [],
    unknown_migrations: [],
    waiting: 8,
    quarantined: 3,
  });
  expect((await report()).waiting).toBeNull();
});

test('a database that went back to an older schema, and one that a newer version wrote, are told apart', async () => {
  await change(sql`delete from kysely_migration where name = '0006-reconciliation'`);
  expect(await report()).toMatchObject({ missing_migrations: ['0006-reconciliation'], unknown_migrations: [] });
  await change(sql`insert into kysely_migration values ('0006-reconciliation', 'now'), ('0999-tomorrow', 'now')`);
  expect(await report()).toMatchObject({ missing_migrations: [], unknown_migrations: ['0999-tomorrow'] });
});

test('a database that does not answer is one of which nothing else is said', async () => {
  const away = createReportAuditStore(
    { server: true, use: () => Promise.reject(new Error('refused')) },
    { durableState: () => Promise.reject(new Error('away')) },
    newCounters(),
  );
  expect(await away()).toMatchObject({ kind: 'postgres', answers: false, missing_migrations: [], waiting: null });
});
