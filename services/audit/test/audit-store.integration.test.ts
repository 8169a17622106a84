import { type AuditEvent, AuditQuery, newId } from '@patchbay/contracts';
import { type RawBuilder, sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import type { AuditDatabase } from '../src/adapters/audit-database.ts';
import { createPostgresAuditStore } from '../src/adapters/postgres-audit-store.ts';
import { createPostgresEventPages } from '../src/adapters/postgres-event-pages.ts';
import { toAuditRow } from '../src/domain/audit-row.ts';
import { createQueryAudit } from '../src/operations/query-audit.ts';
import { auditEvent, auditMessage } from './audit-event.fixture.ts';
import { storeKinds } from './stores.ts';
import { useDatabase } from './use-database.test-support.ts';

const minute = (n: number) => new Date(Date.UTC(2026, 4, 1, 10, n)).toISOString();

for (const kind of storeKinds) {
  describe.skipIf(!kind.available)(`the audit store on ${kind.title}`, () => {
    const audit = useDatabase(kind);

    const storeBatch = (...messages: ReturnType<typeof auditMessage>[]) => audit.storeBatch(messages);
    const query = (fields: object) =>
      createQueryAudit({ readPage: createPostgresEventPages(audit.database), record: async () => {} })(
        AuditQuery.parse(fields),
        { traceId: null },
      );

    const { storeEvents } = audit;

    it('keeps the whole event and its columns', async () => {
      const tenant = audit.newTenant();
      const event = auditEvent({
        tenant,
        time: '2026-05-01T12:00:00.5+02:00',
        data: { outcome: 'failed', error_code: 'upstream_error', facts: { note: 'café 👍', n: 1.5, none: null } },
      });
      const message = auditMessage([event], { tenant });
      await storeBatch(message);
      expect((await query({ tenant })).events).toEqual([event]);
      const [row] = await audit.rowsOf(sql<object>`
        select class, type, (extract(epoch from time) * 1000)::float8 as ms, stream_sequence::float8 as sequence, producer, execution_id, tool, session, status, error_code, duration_ms, altered,
          received_at > now() - interval '1 minute' as recent from audit_events where tenant = ${tenant}`);
      expect(row).toEqual({
        class: 'execution',
        type: 'dev.patchbay.execution.finished',
        ms: Date.UTC(2026, 4, 1, 10, 0, 0, 500),
        sequence: message.sequence,
        producer: 'executor',
        execution_id: event.data.execution_id,
        tool: 'slack_post_message',
        session: 'call-77',
        status: 'failed',
        error_code: 'upstream_error',
        duration_ms: 84.12,
        altered: false,
        recent: true,
      });
    });

    it('stores an event once however often it is delivered, also twice in one batch', async () => {
      const tenant = audit.newTenant();
      const events = [auditEvent({ tenant }), auditEvent({ tenant })];
      const message = auditMessage(events, { tenant });
      expect(await storeBatch(message, message)).toEqual({ ack: true });
      expect(await storeBatch(message, auditMessage([auditEvent({ tenant })], { tenant }))).toEqual({ ack: true });
      expect((await query({ tenant })).events).toHaveLength(3);
      expect(await audit.rowsOf(sql`select from audit_quarantine where stream_sequence = ${message.sequence}`)).toEqual(
        [],
      );
    });

    it('keeps the first of two contents under one event id and quarantines the second', async () => {
      const tenant = audit.newTenant();
      const [first] = await storeEvents(tenant, [{}]);
      const second = { ...(first as AuditEvent), data: { ...(first as AuditEvent).data, outcome: 'failed' as const } };
      const other = auditEvent({ tenant });
      const message = auditMessage([other, second], { tenant });
      expect(await storeBatch(message)).toEqual({ ack: true });
      const stored = (await query({ tenant })).events;
      expect(stored.find(({ id }) => id === first?.id)).toEqual(first);
      expect(stored).toHaveLength(2);
      expect(
        await audit.rowsOf(
          sql`select reason, position from audit_quarantine where stream_sequence = ${message.sequence}`,
        ),
      ).toEqual([{ reason: 'event_id_reused', position: 1 }]);
    });

    it('keeps poison messages once, with reason, digest, size and a bounded copy', async () => {
      const forged = auditMessage([auditEvent()], { key: Buffer.alloc(32, 77) });
      const huge = auditMessage([], { payload: 'x'.repeat(100_000), subject: 'audit.v1.acme.execution' });
      expect(await storeBatch(forged, huge)).toEqual({ ack: true });
      expect(await storeBatch(forged, huge)).toEqual({ ack: true });
      const rows = await audit.rowsOf(sql<Record<string, unknown>>`
        select stream_sequence::float8 as sequence, position, subject, producer, reason, size_bytes, length(copy) as kept, length(sha256) as digits
        from audit_quarantine where stream_sequence in (${forged.sequence}, ${huge.sequence}) order by stream_sequence`);
      expect(rows).toEqual([
        {
          sequence: forged.sequence,
          position: -1,
          subject: 'audit.v1.acme.execution',
          producer: 'executor',
          reason: 'mac_wrong',
          size_bytes: forged.payload.length,
          kept: forged.payload.length,
          digits: 64,
        },
        {
          sequence: huge.sequence,
          position: -1,
          subject: 'audit.v1.acme.execution',
          producer: 'executor',
          reason: 'not_json',
          size_bytes: 100_000,
          kept: 4_096,
          digits: 64,
        },
      ]);
    });

    it('keeps an event with characters that the audit.database cannot hold', async () => {
      const tenant = audit.newTenant();
      await storeEvents(tenant, [
        { data: { actor: { kind: 'agent', id: 'a', session: 'x\0\uD800y' }, facts: { 'k\0': '\uDC00' } } },
      ]);
      const [event] = (await query({ tenant, session: 'x\uFFFD\uFFFDy' })).events;
      expect(event?.data.facts).toEqual({ 'k\uFFFD': '\uFFFD' });
    });

    it('keeps events with tools and sessions of any length', async () => {
      const tenant = audit.newTenant();
      const [event] = await storeEvents(tenant, [
        { data: { tool: randomText(20_000), error_code: randomText(20_000) } },
      ]);
      expect((await query({ tenant })).events).toEqual([event]);
    });

    it('says that a row is refused for what it holds, and writes nothing of its batch', async () => {
      const tenant = audit.newTenant();
      const event = auditEvent({ tenant });
      const row = toAuditRow(event, 0, { class: 'execution', sequence: 1, producer: 'executor', altered: false });
      const result = await createPostgresAuditStore(audit.database).appendEvents([
        row,
        { ...row, event_id: newId('auditEvent'), time: 'soon' },
      ]);
      expect(result).toEqual({ kind: 'refused', code: '22007' });
      expect((await query({ tenant })).events).toEqual([]);
    });

    it('stores the same by copying as by inserting, from the first time to the last', async () => {
      let copied = 0;
      const copyingBy = (copying: boolean): AuditDatabase => ({
        ...audit.database,
        transaction: (work) =>
          audit.database.transaction((transaction) => {
            const { copy } = transaction;
            const counting: typeof copy = copy && ((...args) => copy(...args).then(() => void copied++));
            return work({ ...transaction, copy: copying ? counting : null });
          }),
      });
      const stored = await Promise.all(
        [copyingBy(true), copyingBy(false)].map(async (way) => {
          const tenant = audit.newTenant();
          const bare = { tool: undefined, execution_id: undefined, duration_ms: undefined };
          const events = [
            auditEvent({ tenant, time: '1970-01-01T00:00:00.001Z', data: bare }),
            auditEvent({ tenant, time: '1999-12-31T23:59:59.999Z', data: { error_code: 'tab\tquote"\\N\n 👍' } }),
            auditEvent({ tenant, time: '2026-05-01T10:00:00.123Z', data: { duration_ms: 0.1, outcome: 'intent' } }),
            auditEvent({ tenant, time: '9999-12-31T23:59:59.999Z' }),
          ];
          for (const [index, event] of events.entries()) {
            const row = toAuditRow(event, Date.parse(event.time), {
              class: 'execution',
              sequence: 2 ** 40 + index,
              producer: 'executor',
              altered: index === 1,
            });
            expect(await createPostgresAuditStore(way).appendEvents([row])).toMatchObject({
              kind: 'committed',
              stored: 1,
            });
          }
          expect((await query({ tenant })).events).toEqual(events.toReversed());
          return audit.rowsOf(sql`
            select class, type, (extract(epoch from time) * 1000)::float8 as ms, stream_sequence::float8 as sequence, producer, execution_id is null as alone, tool,
              session, status, error_code, duration_ms, altered, record_version, length(leaf) as leaf_bytes,
              log_index::int from audit_events where tenant = ${tenant} order by time`);
        }),
      );
      expect(stored[0]).toHaveLength(4);
      expect(stored[0]).toEqual(stored[1]);
      // The last time is beyond what the encoder writes, so that row was inserted either way.
      expect(copied).toBe(audit.database.server ? 0 : 3);
    });

    it('takes a batch larger than one statement', async () => {
      const tenant = audit.newTenant();
      const events = Array.from({ length: 6 }, () =>
        auditEvent({ tenant, data: { facts: { text: 'x'.repeat(600_000) } } }),
      );
      expect(await storeBatch(...events.map((event) => auditMessage([event], { tenant })))).toEqual({ ack: true });
      expect(await audit.rowsOf(sql`select count(*)::int as n from audit_events where tenant = ${tenant}`)).toEqual([
        { n: 6 },
      ]);
    });

    it('answers newest first by every filter, and of one tenant only', async () => {
      const tenant = audit.newTenant();
      const executionId = newId('execution');
      const session = (name: string) => ({ actor: { kind: 'agent' as const, id: 'a', session: name } });
      const [a, b, c] = await storeEvents(tenant, [
        { time: minute(1), data: { tool: 'crm_find', ...session('s-1') } },
        { time: minute(2), data: { tool: 'crm_add', outcome: 'failed', ...session('s-2') } },
        {
          time: minute(3),
          data: { tool: 'crm_find', outcome: 'intent', execution_id: executionId, ...session('s-2') },
        },
      ]);
      const [d] = await storeEvents(
        tenant,
        [{ time: minute(4), data: { tool: undefined, ...session('s-3') } }],
        'connection',
      );
      await storeEvents(audit.newTenant(), [{ time: minute(2), data: { tool: 'crm_find', ...session('s-2') } }]);
      const ids = async (fields: object) => (await query({ tenant, ...fields })).events.map(({ id }) => id);
      const expectedIds = (...events: (AuditEvent | undefined)[]) => events.map((event) => event?.id);

      expect(await ids({})).toEqual(expectedIds(d, c, b, a));
      expect(await ids({ class: 'execution' })).toEqual(expectedIds(c, b, a));
      expect(await ids({ tool: 'crm_find' })).toEqual(expectedIds(c, a));
      expect(await ids({ session: 's-2' })).toEqual(expectedIds(c, b));
      expect(await ids({ status: 'failed' })).toEqual(expectedIds(b));
      expect(await ids({ execution_id: executionId })).toEqual(expectedIds(c));
      expect(await ids({ from: minute(2), to: minute(4) })).toEqual(expectedIds(c, b));
      expect(await ids({ session: 's-2', tool: 'crm_find', status: 'succeeded' })).toEqual([]);
      expect(await ids({ tool: "crm_find' or true --" })).toEqual([]);
    });

    it('pages without gaps or repeats while events arrive, also among equal times', async () => {
      const tenant = audit.newTenant();
      const before = await storeEvents(
        tenant,
        Array.from({ length: 25 }, (_, index) => ({ time: minute(Math.floor(index / 10)) })),
      );
      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await query({ tenant, limit: 4, ...(cursor !== undefined && { cursor }) });
        expect(page.events.length).toBeLessThanOrEqual(4);
        seen.push(...page.events.map(({ id }) => id));
        cursor = page.next_cursor ?? undefined;
        await storeEvents(tenant, [{ time: minute(30) }]);
      } while (cursor !== undefined);
      const byTimeAndId = before
        .toSorted((a, b) => b.time.localeCompare(a.time) || (a.id < b.id ? 1 : -1))
        .map(({ id }) => id);
      expect(seen).toEqual(byTimeAndId);
    });

    it('gives no cursor when the last page is exactly full', async () => {
      const tenant = audit.newTenant();
      await storeEvents(tenant, [{}, {}]);
      expect((await query({ tenant, limit: 2 })).next_cursor).toBeNull();
      expect((await query({ tenant, limit: 1 })).next_cursor).not.toBeNull();
    });

    it('joins intents and outcomes in the view of executions', async () => {
      const tenant = audit.newTenant();
      const [both, readOnly, open] = Array.from({ length: 3 }, () => newId('execution'));
      const [intent, outcome, read] = await storeEvents(tenant, [
        { time: minute(1), data: { outcome: 'intent', execution_id: both } },
        { time: minute(2), data: { outcome: 'failed', error_code: 'upstream_error', execution_id: both } },
        { time: minute(3), data: { execution_id: readOnly } },
        { time: minute(4), data: { outcome: 'intent', execution_id: open } },
        { time: minute(5), data: { execution_id: both, replayed: true } },
      ]);
      const rows = await audit.rowsOf(
        sql`select execution_id, intent_event_id, outcome_event_id, status, error_code from audit_executions where tenant = ${tenant} order by coalesce(intended_at, finished_at)`,
      );
      expect(rows).toEqual([
        {
          execution_id: both,
          intent_event_id: intent?.id,
          outcome_event_id: outcome?.id,
          status: 'failed',
          error_code: 'upstream_error',
        },
        {
          execution_id: readOnly,
          intent_event_id: null,
          outcome_event_id: read?.id,
          status: 'succeeded',
          error_code: null,
        },
        {
          execution_id: open,
          intent_event_id: expect.any(String),
          outcome_event_id: null,
          status: null,
          error_code: null,
        },
      ]);
    });

    it('reads through the indexes', async () => {
      const plan = async (statement: RawBuilder<unknown>) =>
        JSON.stringify(await audit.rowsOf(sql`explain ${statement}`));
      await audit.rowsOf(sql`analyze audit_events`);
      await audit.rowsOf(sql`set enable_seqscan = off`);
      expect(await plan(sql`select * from audit_executions where execution_id = 'exe_x' and tenant = 'acme'`)).toMatch(
        /audit_events\w*_execution/,
      );
      expect(
        await plan(
          sql`select * from audit_events where tenant = 'acme' and tool = 't' order by time desc, event_id desc limit 10`,
        ),
      ).toMatch(/audit_events\w*_tool/);
      expect(
        await plan(
          sql`select * from audit_events where tenant = 'acme' and session = 's' order by time desc, event_id desc limit 10`,
        ),
      ).toMatch(/audit_events\w*_session/);
      await audit.rowsOf(sql`set enable_seqscan = on`);
    });
  });
}

/** Text that does not compress, so that it cannot slip under an index's limit. */
function randomText(length: number): string {
  return Array.from({ length }, () => String.fromCodePoint(33 + Math.floor(Math.random() * 90))).join('');
}
