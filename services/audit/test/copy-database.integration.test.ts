import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterEach, expect, test } from 'vitest';
import { type AuditDatabase, openAuditDatabase } from '../src/adapters/audit-database.ts';
import { createCopyAuditDatabase } from '../src/operations/copy-audit-database.ts';

const dir = mkdtempSync(join(tmpdir(), 'audit-copy-'));
const open: AuditDatabase[] = [];
afterEach(async () => {
  for (const database of open.splice(0)) await database.close();
  rmSync(dir, { recursive: true, force: true });
});
const openAt = async (url: string) => {
  const database = await openAuditDatabase(url);
  open.push(database);
  return database;
};
const numbersIn = (database: AuditDatabase) =>
  database.use(async (db) =>
    (await sql<{ n: number }>`select n from numbers order by n`.execute(db)).rows.map(({ n }) => n),
  );

test('a copy of the database has what was committed before, while writers go on', async () => {
  const database = await openAt(`pglite:${join(dir, 'postgres')}`);
  const insert = (n: number) => database.use((db) => sql`insert into numbers values (${n})`.execute(db));
  await database.use((db) => sql`create table numbers (n integer primary key)`.execute(db));
  for (let n = 0; n < 20; n++) await insert(n);
  const copying = createCopyAuditDatabase({ copy: database.copy })();
  const writing = Promise.all(Array.from({ length: 20 }, (_, n) => insert(100 + n)));
  const { directory } = await copying;
  await writing;
  expect(directory).toBe(join(dir, 'postgres.copy'));
  expect(statSync(directory ?? '').mode & 0o077).toBe(0);
  const copy = await openAt(`pglite:${directory}`);
  expect((await numbersIn(copy)).slice(0, 20)).toEqual(Array.from({ length: 20 }, (_, n) => n));
  expect(await numbersIn(database)).toHaveLength(40);
}, 180_000);

test('a database that is not the service’s own files is not copied', async () => {
  const database = await openAt('pglite:memory');
  expect(await createCopyAuditDatabase({ copy: database.copy })()).toEqual({ directory: null });
  await expect(createCopyAuditDatabase({ copy: () => Promise.reject(new Error('no room')) })()).rejects.toMatchObject({
    code: 'audit_unavailable',
  });
}, 180_000);
