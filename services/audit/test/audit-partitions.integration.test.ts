import { newId } from '@patchbay/contracts';
import { Kysely, type RawBuilder, sql } from 'kysely';
import { Migrator } from 'kysely/migration';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AuditDatabase, openAuditDatabase } from '../src/adapters/audit-database.ts';
import { makePartitions, partitionsAt } from '../src/adapters/audit-partitions.ts';
import { migrations } from '../src/adapters/migrations/index.ts';
import { openPostgres } from '../src/adapters/postgres-dialect.ts';
import { type StartedStore, storeKinds } from './stores.ts';

const onServer = storeKinds.find(({ title }) => title.includes('server'));
const month = (offset: number) => {
  const now = new Date();
  return Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + offset, 15);
};

describe.skipIf(onServer?.available !== true)('partitions of audit_events', { timeout: 60_000 }, () => {
  let started: StartedStore;
  let database: AuditDatabase;
  const old = newId('auditEvent', month(-7));
  const insert = (id: string, ms: number) => sql`
    insert into audit_events (event_id, tenant, class, type, time, stream_sequence, producer, status, altered, event)
    values (${id}, 'acme', 'execution', 'x', ${new Date(ms).toISOString()}, 1, 'executor', 'succeeded', false, '{}')`;

  beforeAll(async () => {
    started = await (onServer as NonNullable<typeof onServer>).start();
    // As a version from before the log left it.
    const before = new Kysely<unknown>({ dialect: openPostgres(started.url, () => {}).dialect });
    const known = Object.entries(migrations).filter(([name]) => name < '0003');
    await new Migrator({
      db: before,
      provider: { getMigrations: async () => Object.fromEntries(known) },
    }).migrateToLatest();
    await insert(old, month(-7)).execute(before);
    await before.destroy();
    database = await openAuditDatabase(started.url);
  }, 120_000);
  afterAll(async () => {
    await database?.close();
    await started?.stop();
  });

  const rowsOf = async <Row>(query: RawBuilder<Row>) => (await database.use((db) => query.execute(db))).rows;
  const placeOf = async (id: string) =>
    (
      await rowsOf(
        sql<{ place: string }>`select tableoid::regclass::text as place from audit_events where event_id = ${id}`,
      )
    )[0]?.place;

  it('take in what was stored before there were any, and the months to come', async () => {
    expect(await placeOf(old)).toBe('audit_events_first');
    await makePartitions(database, Date.now());
    await makePartitions(database, Date.now());
    for (const ahead of [0, 1, 2]) {
      const id = newId('auditEvent', month(ahead));
      await database.use((db) => insert(id, month(ahead)).execute(db));
      expect(await placeOf(id)).toBe(ahead === 0 ? 'audit_events_first' : partitionsAt(Date.now())[ahead]?.name);
    }
  });

  it('leave to another table what comes from a clock gone wrong, and none that comes twice', async () => {
    const far = newId('auditEvent', month(40));
    await database.use((db) => insert(far, month(40)).execute(db));
    expect(await placeOf(far)).toBe('audit_events_other');
    for (const id of [old, far])
      await expect(database.use((db) => insert(id, Date.now()).execute(db))).rejects.toMatchObject({ code: '23505' });
    // Its month then has no partition of its own, and the others have theirs all the same.
    await expect(makePartitions(database, month(40))).rejects.toThrow(/could not be made/);
    const names = await rowsOf(sql<{ name: string }>`
      select inhrelid::regclass::text as name from pg_inherits where inhparent = 'audit_events'::regclass`);
    expect(names.map(({ name }) => name)).toEqual(
      expect.arrayContaining(
        partitionsAt(month(40))
          .slice(1)
          .map(({ name }) => name),
      ),
    );
  });

  it('are passed over by whoever asks for an id', async () => {
    const plan = await rowsOf(sql`explain select * from audit_events where event_id = ${old}`);
    expect(JSON.stringify(plan)).toContain('audit_events_first');
    expect(JSON.stringify(plan)).not.toContain('audit_events_other');
  });
});
