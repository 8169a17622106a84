import { toRecord } from '@patchbay/audit-log';
import { CompactRange, leafHash } from '@patchbay/audit-log/proofs';
import type { AuditEvent } from '@patchbay/contracts';
import { type RawBuilder, sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AuditDatabase, openAuditDatabase } from '../src/adapters/audit-database.ts';
import { createPostgresLogTree } from '../src/adapters/postgres-log-tree.ts';
import { auditEvent, auditMessage } from './audit-event.fixture.ts';
import { type StartedStore, storeKinds } from './stores.ts';
import { storeInto } from './use-database.test-support.ts';

const origin = { class: 'execution', producer: 'executor' } as const;
type Message = ReturnType<typeof auditMessage>;

for (const kind of storeKinds) {
  describe.skipIf(!kind.available)(`the log on ${kind.title}`, () => {
    let started: StartedStore;
    /** Two connections to one server, as two replicas have them; PGlite has one. */
    let replicas: AuditDatabase[];
    let tenants = 0;
    beforeAll(async () => {
      started = await kind.start();
      const first = await openAuditDatabase(started.url);
      replicas = [first, first.server ? await openAuditDatabase(started.url) : first];
    }, 120_000);
    afterAll(async () => {
      for (const replica of new Set(replicas)) await replica?.close();
      await started?.stop();
    });

    const newTenant = () => `tenant-${++tenants}`;
    const database = () => replicas[0] as AuditDatabase;
    const rowsOf = async <Row>(query: RawBuilder<Row>) => (await database().use((db) => query.execute(db))).rows;
    const storeBatch = (messages: readonly Message[], replica = 0) =>
      storeInto(replicas[replica] as AuditDatabase, messages);
    const messageOf = (tenant: string, events: number) =>
      auditMessage(
        Array.from({ length: events }, () => auditEvent({ tenant })),
        { tenant },
      );
    const eventsOf = ({ payload }: Message) => JSON.parse(Buffer.from(payload).toString()) as AuditEvent[];

    interface LogRow {
      readonly event_id: string;
      readonly log_index: number;
      readonly leaf: Uint8Array;
      readonly event: string;
    }
    const logOf = (tenant: string) =>
      rowsOf(sql<LogRow>`
        select event_id, log_index::float8 as log_index, leaf, event from audit_events
        where tenant = ${tenant} order by log_index`);

    /** Every event has a place, no place has two, each leaf is its event's, and head and tiles are of these leaves. */
    async function expectWhole(tenant: string, size: number): Promise<void> {
      const rows = await logOf(tenant);
      expect(rows.map(({ log_index }) => log_index)).toEqual(Array.from({ length: size }, (_, i) => i));
      const range = CompactRange.empty();
      const roots = [range.root()];
      for (const { leaf, event } of rows) {
        expect(Buffer.from(leaf)).toEqual(leafHash(toRecord(JSON.parse(event), origin)));
        range.append(Buffer.from(leaf));
        roots.push(range.root());
      }
      const [head] = await rowsOf(sql<{ size: number; hashes: Uint8Array }>`
        select size::float8 as size, hashes from audit_log_heads where tenant = ${tenant}`);
      expect(head && { size: head.size, hashes: Buffer.from(head.hashes) }).toEqual({
        size,
        hashes: Buffer.concat(range.nodes),
      });
      const tree = createPostgresLogTree(database());
      expect(await tree.head(tenant)).toEqual({ size, root: range.root() });
      for (const at of new Set([0, 1, size - 1, size, size >> 1, size & ~31])) {
        expect(await tree.root(tenant, at)).toEqual(roots[at]);
      }
      expect(await tree.root(tenant, size + 1)).toBeNull();
    }

    it('gives events their places in the order of the stream, whatever the order of a batch', async () => {
      const tenant = newTenant();
      const [first, second, third] = [messageOf(tenant, 3), messageOf(tenant, 40), messageOf(tenant, 2)] as const;
      expect(await storeBatch([third, first, second])).toEqual({ ack: true });
      expect((await logOf(tenant)).map(({ event_id }) => event_id)).toEqual(
        [first, second, third].flatMap(eventsOf).map(({ id }) => id),
      );
      await expectWhole(tenant, 45);
    });

    it('adds nothing for what it has already, and what is new beside it', async () => {
      const tenant = newTenant();
      const other = newTenant();
      const [first, second, others] = [messageOf(tenant, 33), messageOf(tenant, 5), messageOf(other, 4)] as const;
      await storeBatch([first, first]);
      await storeBatch([first, second, others, second]);
      await storeBatch([others, second]);
      await expectWhole(tenant, 38);
      await expectWhole(other, 4);
    });

    it('has no gap and nothing twice when two replicas store the same and other events at once', async () => {
      const mine = [newTenant(), newTenant(), newTenant()] as const;
      const batches = Array.from({ length: 8 }, (_, i) => mine.map((tenant) => messageOf(tenant, 7 + i)));
      const reversed = batches.map((batch) => batch.toReversed());
      // Each batch comes to both, in another order: as after a crash between commit and acknowledgement.
      await Promise.all([
        (async () => {
          for (const batch of batches) expect(await storeBatch(batch, 0)).toEqual({ ack: true });
        })(),
        (async () => {
          for (const batch of reversed) expect(await storeBatch(batch, 1)).toEqual({ ack: true });
        })(),
      ]);
      const size = batches.reduce((sum, _, i) => sum + 7 + i, 0);
      for (const tenant of mine) await expectWhole(tenant, size);
    });

    it('writes neither rows nor places of a batch that fails on the way', async () => {
      const tenant = newTenant();
      await storeBatch([messageOf(tenant, 3)]);
      const broken: AuditDatabase = {
        ...database(),
        transaction: (work) =>
          database().transaction(async (transaction) => {
            await work(transaction);
            throw new Error('the connection was lost');
          }),
      };
      const verdict = await storeInto(broken, [messageOf(tenant, 5)]);
      expect(verdict).toMatchObject({ ack: false });
      await expectWhole(tenant, 3);
    });
  });
}
