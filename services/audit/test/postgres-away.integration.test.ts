import { createAuditRecorder } from '@patchbay/audit-log';
import { routes } from '@patchbay/contracts';
import type { Messaging } from '@patchbay/messaging';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openAuditDatabase, SchemaUnready } from '../src/adapters/audit-database.ts';
import { migrations } from '../src/adapters/migrations/index.ts';
import { createPostgresAuditStore } from '../src/adapters/postgres-audit-store.ts';
import { createPostgresOpenIntents } from '../src/adapters/postgres-open-intents.ts';
import { toAuditRow } from '../src/domain/audit-row.ts';
import { auditEvent } from './audit-event.fixture.ts';
import { type AuditStack, startAuditStack } from './audit-stack.ts';
import type { TestPostgres } from './start-postgres.ts';
import { storeKinds } from './stores.ts';

const kind = storeKinds[1] as (typeof storeKinds)[number];
const soon = { timeout: 40_000, interval: 50 };
const patient = { timeoutMs: 30_000 };
const impatient = { connectMs: 300, statementMs: 300 };

describe.skipIf(!kind.available)(
  `when PostgreSQL is away or in a bad state, on ${kind.title}`,
  { timeout: 90_000 },
  () => {
    let server: TestPostgres;
    let stack: AuditStack;
    let admin: Messaging;
    let executor: Messaging;
    beforeAll(async () => {
      server = (await kind.start()).server as TestPostgres;
      stack = await startAuditStack([]);
      [admin, executor] = await Promise.all([stack.connect('admin'), stack.connect('executor')]);
    }, 120_000);
    afterAll(async () => {
      await stack?.stop();
      await server?.stop();
    });

    // Two services of different tests would share the durable, and each get half.
    afterEach(() => stack.stopServices());

    const record = async (tenant: string, count: number) => {
      const recorder = createAuditRecorder({
        messaging: executor,
        producer: 'executor',
        instance: 'executor-1',
        macKey: stack.macKeyOf('executor'),
        ...patient,
      });
      await Promise.all(
        Array.from({ length: count }, () =>
          recorder.record({
            tenant,
            class: 'execution',
            type: 'dev.patchbay.execution.outcome',
            data: auditEvent().data,
          }),
        ),
      );
    };
    const countOf = async (tenant: string) =>
      (await admin.request(routes.queryAudit, {}, { tenant, class: 'execution', limit: 1_000 }, patient)).events.length;
    const row = () =>
      toAuditRow(auditEvent(), 0, { class: 'execution', sequence: 1, producer: 'executor', altered: false });

    it('holds its place in the stream while the server is down and stores everything when it is back', async () => {
      const service = await stack.startService(await server.createDatabase());
      await record('down', 5);
      await expect.poll(() => countOf('down'), soon).toBe(5);
      await server.crash();
      await record('down', 200);
      await expect.poll(() => service.counters.failures, soon).toBeGreaterThan(1);
      await expect(countOf('down')).rejects.toMatchObject({ code: 'audit_unavailable' });
      await server.restart();
      await expect.poll(() => countOf('down').catch(() => 0), soon).toBe(205);
      expect(service.counters).toMatchObject({ failures: 0, quarantined: 0 });
      // The failed query left its trace too, although the store was away.
      const failed = async () =>
        (await admin.request(routes.queryAudit, {}, { tenant: 'down', class: 'query', status: 'failed' }, patient))
          .events[0]?.data.error_code;
      await expect.poll(failed, soon).toBe('audit_unavailable');
    });

    it('starts without the server and brings the schema up when it comes', async () => {
      const url = await server.createDatabase();
      await server.crash();
      const service = await stack.startService(url);
      await record('absent', 3);
      await expect.poll(() => service.counters.failures, soon).toBeGreaterThan(0);
      await server.restart();
      await expect.poll(() => countOf('absent').catch(() => 0), soon).toBe(3);
    });

    it('gives up on a server that hangs, and works on fresh connections when it goes on', async () => {
      const database = await openAuditDatabase(await server.createDatabase(), { limits: impatient });
      const store = createPostgresAuditStore(database);
      expect(await store.appendEvents([row()])).toMatchObject({ kind: 'committed', stored: 1 });
      const backend = async () =>
        (await database.use((db) => sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(db))).rows[0]?.pid;
      const before = await backend();
      const late = row();
      server.signal('SIGSTOP');
      try {
        expect(await store.appendEvents([late])).toMatchObject({ kind: 'unavailable' });
        expect(await store.appendQuarantine([])).toMatchObject({ kind: 'committed' });
        await expect(createPostgresOpenIntents(database)({ sinceMs: 0, beforeMs: 1, limit: 1 })).rejects.toMatchObject({
          code: 'audit_unavailable',
        });
      } finally {
        server.signal('SIGCONT');
      }
      await expect.poll(() => store.appendEvents([late]), soon).toMatchObject({ kind: 'committed', reused: [] });
      expect(await backend()).not.toBe(before);
      const { rows } = await database.use((db) =>
        sql<{ n: number }>`select count(*)::int as n from audit_events`.execute(db),
      );
      expect(rows).toEqual([{ n: 2 }]);
      await database.close();
    });

    it('survives the loss of idle connections', async () => {
      const lost: Error[] = [];
      const database = await openAuditDatabase(await server.createDatabase(), {
        onIdleError: (error) => lost.push(error),
      });
      await database.use((db) => sql`select 1`.execute(db));
      await server.crash();
      await expect.poll(() => lost.length, soon).toBeGreaterThan(0);
      await server.restart();
      await expect
        .poll(() => createPostgresAuditStore(database).appendEvents([row()]), soon)
        .toMatchObject({ kind: 'committed', stored: 1 });
      await database.close();
    });

    it('lets several replicas start at once on an empty database and share the stream', async () => {
      const url = await server.createDatabase();
      await Promise.all([1, 2, 3, 4].map((n) => stack.startService(url, { instance: `audit-${n}` })));
      await record('shared', 500);
      await expect.poll(() => countOf('shared'), soon).toBe(500);
      const { rows } = await openAuditDatabase(url).then((database) =>
        database
          .use((db) => sql<{ name: string }>`select name from kysely_migration`.execute(db))
          .finally(() => database.close()),
      );
      expect(rows.map(({ name }) => name)).toEqual(Object.keys(migrations));
    });

    it.each([
      ['a wrong password', (url: string) => url.replace(/:[^:@]+@/, ':wrong@')],
      ['a database that does not exist', (url: string) => `${url}_absent`],
    ])('does not start with %s, and does not tell the password', async (_, spoil) => {
      const url = spoil(await server.createDatabase());
      const failure = await stack.startService(url).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(SchemaUnready);
      expect(String((failure as Error).cause)).not.toContain(new URL(url).password);
    });

    it('does not start on a schema newer than its own', async () => {
      const url = await server.createDatabase();
      const database = await openAuditDatabase(url);
      await database.use((db) =>
        sql`insert into kysely_migration (name, timestamp) values ('9999-later', now()::text)`.execute(db),
      );
      await database.close();
      await expect(stack.startService(url)).rejects.toBeInstanceOf(SchemaUnready);
    });

    it('never takes a failed migration for a fault of the rows', async () => {
      const url = await server.createDatabase();
      const setup = await openAuditDatabase(url);
      await setup.use((db) => sql`drop table audit_events cascade`.execute(db));
      expect(await createPostgresAuditStore(setup).appendEvents([row()])).toMatchObject({
        kind: 'unavailable',
        cause: { code: '42P01' },
      });
      await setup.use((db) => sql`delete from kysely_migration`.execute(db));
      await setup.close();
      const database = await openAuditDatabase(url); // the migration now meets a table that is there already
      expect(await createPostgresAuditStore(database).appendEvents([row()])).toMatchObject({
        kind: 'unavailable',
        cause: { name: 'SchemaUnready' },
      });
      await database.close();
    });
  },
);
