import { join } from 'node:path';
import { type AuditEvent, routes } from '@patchbay/contracts';
import type { Messaging } from '@patchbay/messaging';
import { type RawBuilder, sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openAuditDatabase } from '../src/adapters/audit-database.ts';
import { auditEvent, auditMessage, auditMessageHeaders } from './audit-event.fixture.ts';
import { type AuditStack, startAuditStack } from './audit-stack.ts';

const patient = { timeoutMs: 30_000 };

describe('verifying the audit log', { timeout: 60_000 }, () => {
  let stack: AuditStack;
  let admin: Messaging;
  let executor: Messaging;
  let tenants = 0;
  const newTenant = () => `tenant-${++tenants}`;
  beforeAll(async () => {
    stack = await startAuditStack(['acme']);
    [admin, executor] = await Promise.all([stack.connect('admin'), stack.connect('executor')]);
    await stack.startService(`pglite:${join(stack.dir, 'db')}`);
  }, 120_000);
  afterAll(() => stack?.stop(), 30_000);

  async function publish(tenant: string, events: readonly AuditEvent[], mac?: string) {
    const message = auditMessage(events, {
      tenant,
      key: stack.macKeyOf('executor'),
      ...(mac !== undefined && { mac }),
    });
    await executor.publishDurable(message.subject, message.payload, {
      ...patient,
      headers: auditMessageHeaders(message),
    });
  }
  const verify = (tenant: string, more: object = {}) =>
    admin.request(routes.verifyAudit, {}, { tenant, ...more }, patient);
  const stored = (tenant: string, n: number) =>
    expect
      .poll(
        async () =>
          (await admin.request(routes.queryAudit, {}, { tenant, class: 'execution', limit: 1_000 }, patient)).events
            .length,
        {
          timeout: 30_000,
        },
      )
      .toBe(n);
  /** What somebody does who has the database, and neither the stream nor a key. */
  async function tamper(statement: RawBuilder<unknown>) {
    await stack.stopServices();
    const database = await openAuditDatabase(`pglite:${join(stack.dir, 'db')}`);
    await database.use((db) => statement.execute(db));
    await database.close();
    await stack.startService(`pglite:${join(stack.dir, 'db')}`);
  }

  it('finds nothing wrong with what nobody touched, page by page, and is itself recorded', async () => {
    const tenant = newTenant();
    for (let i = 0; i < 5; i++) await publish(tenant, [auditEvent({ tenant }), auditEvent({ tenant })]);
    await publish('other', [auditEvent({ tenant: 'other' })]);
    await stored(tenant, 10);
    let [messages, events, after, pages] = [0, 0, 0 as number | null, 0];
    while (after !== null && pages < 20) {
      const answer = await verify(tenant, { after, limit: 2 });
      expect(answer).toMatchObject({ proof: 'mac', problem_count: 0, problems: [] });
      expect(answer.messages).toBeLessThanOrEqual(2);
      messages += answer.messages;
      events += answer.events;
      after = answer.next;
      pages++;
    }
    // The looks of this test are in the log too.
    expect(pages).toBeGreaterThan(2);
    expect(messages).toBeGreaterThanOrEqual(5);
    expect(events).toBeGreaterThanOrEqual(10);
    await expect
      .poll(
        async () =>
          (await admin.request(routes.queryAudit, {}, { tenant, class: 'query', limit: 100 }, patient)).events,
        { timeout: 30_000 },
      )
      .toContainEqual(expect.objectContaining({ type: 'dev.patchbay.audit.verified' }));
  });

  it('names what was changed, taken out or put in, and messages that prove nothing', async () => {
    const tenant = newTenant();
    const [changed, gone, column, kept] = [1, 2, 3, 4].map(() => auditEvent({ tenant })) as [
      AuditEvent,
      AuditEvent,
      AuditEvent,
      AuditEvent,
    ];
    for (const event of [changed, gone, column, kept]) await publish(tenant, [event]);
    await publish(tenant, [auditEvent({ tenant })], 'A'.repeat(43));
    await stored(tenant, 4);
    expect((await verify(tenant)).problems.map(({ what }) => what)).toEqual(['mac_wrong']);
    await tamper(
      sql`update audit_events set event = replace(event, '"succeeded"', '"failed"') where event_id = ${changed.id}`,
    );
    await tamper(sql`delete from audit_events where event_id = ${gone.id}`);
    await tamper(sql`update audit_events set tool = 'other_tool' where event_id = ${column.id}`);
    await tamper(sql`
      insert into audit_events select 'aud_00000000000000000000000000', tenant, class, type, time, stream_sequence, received_at, producer,
        execution_id, tool, session, status, error_code, duration_ms, altered, event, tokens, replayed
      from audit_events where event_id = ${kept.id}`);
    const { problems, problem_count } = await verify(tenant);
    expect(problem_count).toBe(5);
    expect(problems.map(({ what, event_id }) => [what, event_id]).sort()).toEqual(
      [
        ['content_differs', changed.id],
        ['not_stored', gone.id],
        ['columns_differ', column.id],
        ['not_in_stream', 'aud_00000000000000000000000000'],
        ['mac_wrong', null],
      ].sort(),
    );
    const { log } = await verify(tenant);
    expect(log?.problems.map(({ what, event_id }) => [what, event_id])).toEqual([
      ['record_differs', changed.id],
      ['missing', null],
    ]);
    expect((await verify('other')).problem_count).toBe(0);
  });

  it('begins where it is told, and has nothing to say of nothing', async () => {
    const tenant = newTenant();
    await publish(tenant, [auditEvent({ tenant })]);
    expect(await verify(tenant, { from: new Date(Date.now() + 3_600_000).toISOString() })).toMatchObject({
      messages: 0,
      next: null,
    });
    expect(await verify('nobody')).toEqual({
      proof: 'mac',
      messages: 0,
      events: 0,
      pending: 0,
      problem_count: 0,
      problems: [],
      next: null,
      log: expect.objectContaining({ size: 0, checkpoint: null, records: 0, problem_count: 0, next: null }),
    });
    expect((await verify('nobody', { after: 0 })).log).toBeNull();
  });
});
